/** The README's programs, each a code block whose fence names its file. */
export function readmeSnippets(readme: string): Map<string, string> {
  const blocks = readme.matchAll(/```ts (\S+)\n([\s\S]*?)```/g);
  return new Map([...blocks].map(([, file = '', text = '']) => [file, text]));
}
