import ts from 'typescript';

/** The TypeScript blocks of a page. */
export function snippetsOf(page: string): string[] {
  return [...page.matchAll(/^```ts[^\n]*\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
}

/**
 * A snippet as a module, completed as its reader would: names that it uses and does not declare are imported from where
 * they are known, methods that stand without their class get one, and `…` stands for nothing.
 * @param known names by the package that exports them
 */
export function asModule(snippet: string, known: ReadonlyMap<string, readonly string[]>): string {
  const text = snippet.replaceAll('…', '');
  const parts = chunksOf(text).map((chunk, index) => asStatement(chunk, index));
  const around = [...importsFor(text, known), ...anything(text)];
  return [...around, ...parts, 'export {};'].join('\n');
}

function importsFor(text: string, known: ReadonlyMap<string, readonly string[]>): string[] {
  const declared = [...text.matchAll(/\b(?:class|const|let|function|interface|type) (\w+)/g)];
  const imported = [...text.matchAll(/^import (?:type )?\{([^}]*)\}/gm)];
  const taken = new Set([
    ...declared.map(([, name = '']) => name),
    ...imported.flatMap(([, names = '']) => names.match(/\w+/g) ?? []),
  ]);
  const used = new Set(text.match(/\b\w+\b/g) ?? []);
  return [...known].flatMap(([from, names]) => {
    const missing = names.filter((name) => used.has(name) && !taken.has(name));
    for (const name of missing) taken.add(name);
    return missing.length === 0 ? [] : [`import { ${missing.join(', ')} } from '${from}';`];
  });
}

/** What stands for the classes around methods, and for a testing module that an earlier snippet made. */
function anything(text: string): string[] {
  const names = /\bconst module\b/.test(text) ? ['Anything'] : ['Anything', 'module'];
  return names.map((name) => `declare const ${name}: any;`);
}

/** What begins at the margin, with everything that is indented below it; a decorator belongs to what it decorates. */
function chunksOf(text: string): string[] {
  const chunks: string[] = [];
  for (const line of text.split('\n')) {
    const isDecorated = /^@[^\n]*$/.test(chunks.at(-1)?.split('\n').at(-1) ?? '');
    if (/^[^\s)}\]]/.test(line) && !isDecorated) chunks.push(line);
    else chunks.push(`${chunks.pop() ?? ''}\n${line}`);
  }
  return chunks;
}

/** A statement, members of a class, a decorator alone, or properties of an object. */
function asStatement(chunk: string, index: number): string {
  const ways = [
    chunk,
    ...(/^@(Module|Controller|Injectable)\b/.test(chunk)
      ? [`${chunk}\nclass Part${index} {}`]
      : []),
    `class Part${index} extends Anything {\n${chunk}\n}`,
    `class Part${index} extends Anything {\n${chunk}\nmethod(): void {}\n}`,
    `({\n${chunk}\n});`,
  ];
  return ways.find(parses) ?? chunk;
}

function parses(text: string): boolean {
  const { diagnostics } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.NodeNext, experimentalDecorators: true },
    fileName: 'snippet.ts',
  });
  return (diagnostics ?? []).length === 0;
}
