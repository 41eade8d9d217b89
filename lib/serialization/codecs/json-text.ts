/** Characters of JSON, by their codes. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** JSON may begin with a byte order mark, which readers may ignore (RFC 8259, section 8.1). */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Where a text that begins at the quote ends: behind the next quote that is not escaped, or at the end. */
export function endOfText(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    if (!isEscaped(json, end)) return end + 1;
  }
  return json.length;
}

// Escaped by an odd number of backslashes; two of them are one backslash of the text.
function isEscaped(json: string, at: number): boolean {
  let start = at;
  while (json.charCodeAt(start - 1) === BACKSLASH) start--;
  return (at - start) % 2 === 1;
}

/** The place of the next character that is no white space. */
export function skipSpace(json: string, from: number): number {
  let at = from;
  while (isSpace(json.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** What the pattern finds outside of texts, with its place. */
export function* findOutsideText(json: string, pattern: RegExp): Iterable<RegExpExecArray> {
  const next = new RegExp(`"|${pattern.source}`, 'g');
  for (let found = next.exec(json); found !== null; found = next.exec(json)) {
    if (found[0] === '"') next.lastIndex = endOfText(json, found.index);
    else yield found;
  }
}
