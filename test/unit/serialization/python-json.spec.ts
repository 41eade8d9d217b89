import { readPythonJson } from '../../../lib/serialization/codecs/python-json.js';
import { problemOf } from '../../support/recorded.js';

describe('readPythonJson', () => {
  test.each([
    '{"a": [1, 2.5, true, null, "\\u00e9"]}',
    '"a \\"quoted\\" 9007199254740993 \\\\"',
    '{"9007199254740993": 9007199254740991}',
    '"NaN"',
    '"x\\ud83dy"',
    '1152921504606846976',
    '123456789012345680000',
    '0.1000000000000000055511151231257827',
    '12345678901234567.5',
    '1e+21',
  ])('reads %s as it stands', (text) => expect(readPythonJson(text)).toEqual(JSON.parse(text)));

  test.each([
    '9007199254740993',
    '-9007199254740993',
    '[1, {"a": 9007199254740993}]',
    '["\\"", 9007199254740993]',
    '{"9007199254740992":9007199254740993}',
    `1${'0'.repeat(400)}`,
  ])('refuses %s, which a number would change', (text) =>
    expect(problemOf(() => readPythonJson(text))).toMatch(/the integer -?\d+…?, which/),
  );

  test.each([
    ['NaN', '[NaN]'],
    ['Infinity', '{"a": Infinity}'],
    ['-Infinity', '[1, -Infinity]'],
  ])('names the bare word %s', (word, text) =>
    expect(problemOf(() => readPythonJson(text))).toMatch(`the bare word ${word},`),
  );

  test('says of other text that it is no JSON', () => {
    expect(problemOf(() => readPythonJson('{"NaN": }'))).toMatch('not JSON');
    expect(problemOf(() => readPythonJson('"open 12345678901234567890'))).toMatch('not JSON');
  });

  test('takes no longer for long text with many digits', () => {
    const text = JSON.stringify('12345678901234567890"\\'.repeat(40_000));
    expect(readPythonJson(text)).toHaveLength(22 * 40_000);
  });
});
