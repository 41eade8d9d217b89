import { parseIni } from '../../../../lib/features/cli/config/ini.js';

describe('parseIni', () => {
  test('reads sections, both separators and comments', () => {
    const text =
      '# first\n[container]\nWorker = a:b ; not this\nqueue: adder\n; nor this\n\n[worker]\nscale=2';

    expect(parseIni(text)).toEqual({
      container: { worker: 'a:b', queue: 'adder' },
      worker: { scale: '2' },
    });
  });

  test('goes on with a value in indented lines, blank ones and comments between them left out', () => {
    const text =
      '[container]\nloggers =\n   <logger>\n\n# no part of it\n     level INFO\n   </logger>\nqueue = q';

    expect(parseIni(text)).toEqual({
      container: { loggers: '<logger>\nlevel INFO\n</logger>', queue: 'q' },
    });
  });

  test('replaces nothing inside of values', () => {
    expect(parseIni('[a]\nformat = %(levelname)s %(message)s')).toEqual({
      a: { format: '%(levelname)s %(message)s' },
    });
  });

  test('keeps names of prototypes as names', () => {
    const { a } = parseIni('[a]\n__proto__ = 1\nconstructor = 2');

    expect(Object.entries(a ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  test.each([
    ['worker = x', 'line 1 stands before any [section]: worker = x'],
    ['[a]\nnothing', 'line 2 is no "name = value": nothing'],
  ])('refuses %j', (text, message) => {
    expect(() => parseIni(text)).toThrow(message);
  });
});
