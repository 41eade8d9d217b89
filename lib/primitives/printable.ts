/** Control characters (line breaks included), line separators, bidirectional marks and overrides, noncharacters. */
const UNPRINTABLE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes text one line that is safe for a terminal and a log: characters that would control the terminal, start a line or
 * reorder the text become escapes such as `\u001b`. Inside a JSON string the escapes keep the meaning.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escaped);
}

/** The same for text whose line breaks are intended, such as indented JSON. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Cuts text after `maxLength` UTF-16 units, never inside a surrogate pair, and says how many were cut. */
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
