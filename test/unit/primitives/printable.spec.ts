import { printable, printableLines, shortened } from '../../../lib/primitives/printable.js';

describe('printable()', () => {
  test.each([
    ['a terminal sequence', '\u001b[31mred', String.raw`\u001b[31mred`],
    ['a C1 control', '\u009b2J', String.raw`\u009b2J`],
    ['line breaks and tabs', 'a\r\nb\tc', String.raw`a\r\nb\tc`],
    ['line separators', 'a\u2028b\u2029c\u0085d', String.raw`a\u2028b\u2029c\u0085d`],
    ['a bidi override', 'user\u202Etxt.exe', String.raw`user\u202etxt.exe`],
    ['isolates and marks', '\u2066a\u2069\u200F\u061C', String.raw`\u2066a\u2069\u200f\u061c`],
    ['NUL and DEL', '\0\u007f', String.raw`\u0000\u007f`],
  ])('shows %s as an escape', (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('leaves every other character, emoji and right-to-left scripts among them', () => {
    const text = 'Zoë 👨‍👩‍👧 שלום سلام "quoted" \\ \u00a0';
    expect(printable(text)).toBe(text);
  });

  test('keeps JSON valid and its meaning the same', () => {
    const value = { 'k\u009b': 'a\u001b\n\u202e\ufffe"\\' };
    const shown = printableLines(JSON.stringify(value, undefined, 2));
    expect(shown.split('\n').every((line) => !/[\p{Cc}\u202e]/u.test(line))).toBe(true);
    expect(JSON.parse(shown)).toEqual(value);
  });
});

describe('shortened()', () => {
  test('says how much is left out, and cuts no character in half', () => {
    expect(shortened('abc', 3)).toBe('abc');
    expect(shortened('abcdef', 3)).toBe('abc… (3 more characters)');
    expect(shortened('ab👍cd', 3)).toBe('ab… (4 more characters)');
  });
});
