/**
 * What text must not carry to a terminal or into a log: control characters (line breaks among them), line separators,
 * marks that change the direction of text, and the two characters that are none.
 */
const UNPRINTABLE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * The text in one line that is safe to print: what would steer a terminal, forge a line of a log or reorder what is
 * shown stands there as an escape, such as `\u001b`. Inside a JSON string the escapes mean what they replace.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escaped);
}

/** The same for text of several lines that are meant, such as indented JSON. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Cut to so many characters at most, and how many are left out; never in the middle of a character. */
export function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 1));
  const kept = text.slice(0, isHalf ? maxLength - 1 : maxLength);
  return `${kept}… (${text.length - kept.length} more characters)`;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16).padStart(4, '0');
  return SHORT_ESCAPES[character] ?? `\\u${code}`;
}
