import { readPickle } from '../../../lib/serialization/pickle/pickle-reader.js';
import { problemOf } from '../../support/recorded.js';
import { recordedPickles } from '../../support/recorded-pickles.js';

const recorded = recordedPickles();

const moment = '2020-01-02T03:04:05.678901';
const uuid1 = '00000000-0000-0000-0000-000000000001';

const expected: Record<string, unknown> = {
  datetime: moment,
  'datetime-whole-second': '2020-01-02T03:04:05',
  'datetime-first': '0001-01-01T00:00:00',
  'datetime-last': '9999-12-31T23:59:59.999999',
  'datetime-fold': moment,
  'datetime-utc': new Date('2020-01-02T03:04:05.678Z'),
  'datetime-fold-utc': new Date('2020-01-02T03:04:05.678Z'),
  'datetime-first-utc': new Date('0001-01-01T00:00:00.000Z'),
  'datetime-east': new Date('2020-01-02T01:04:05.678Z'),
  'datetime-west': new Date('2020-01-02T06:34:05.678Z'),
  // 59 minutes, 29 seconds and 999995 microseconds behind UTC.
  'datetime-odd-offset': new Date('2020-01-02T04:03:35.678Z'),
  date: '2020-01-02',
  'date-ascii': '1792-09-22',
  'date-leap-day': '2024-02-29',
  time: '03:04:05.678901',
  'time-midnight': '00:00:00',
  'time-fold': '03:04:05',
  'time-west': '03:04:05-03:30',
  'time-odd-offset': '03:04:05-00:59:29.999995',
  timedelta: 86_402.5,
  'timedelta-negative': -0.000001,
  'timedelta-longest': 86_400_000_000_000,
  'timezone-utc': '+00:00',
  'timezone-named': '+02:00',
  decimal: '1.10',
  'decimal-many-digits': '-12345678901234567890.123456789012345678900',
  'decimal-exponent': '1E+400',
  'decimal-nan': '-sNaN123',
  'decimal-infinity': '-Infinity',
  uuid: '12345678-1234-5678-9234-567812345678',
  'uuid-nil': '00000000-0000-0000-0000-000000000000',
  'uuid-max': 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'uuid-inexact': '00000000-0000-0006-b14e-9f812f367080',
  'uuid-safe': uuid1,
  'uuid-unsafe': uuid1,
  set: new Set([1]),
  'set-empty': new Set(),
  'set-nested': new Set<unknown>([[1, 'a'], new Set([2])]),
  frozenset: new Set([1]),
  'frozenset-empty': new Set(),
  bytes: new Uint8Array([97, 0, 255]),
  'bytes-empty': new Uint8Array(),
  bytearray: new Uint8Array([97, 0, 255]),
  'bytearray-empty': new Uint8Array(),
  'ordered-dict': { b: 1, a: {} },
  kwargs: { at: moment, ids: [uuid1, uuid1], deep: { at: moment } },
  plain: {
    none: null,
    flags: [true, false],
    numbers: [0, -1, 255, 256, 65_536, -(2 ** 31), 2 ** 31, 2 ** 53 - 1, 2 ** 64],
    floats: [0.1, 1e16, 1e-7, -1.5],
    text: ['', 'a\n\\\'"', 'é', '😀', '\0\u2028'],
    tuples: [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]],
  },
  'floats-special': [Infinity, -Infinity],
  'str-ascii': 'it\'s a "str"\n',
  'python2-long': [5, -5],
};

const refused: Record<string, RegExp> = {
  'python2-str': /byte text that is not ASCII/,
  'refused-zoneinfo': /"(zoneinfo|builtins|__builtin__)\.\S+"/,
  'refused-complex': /"(builtins|__builtin__)\.complex"/,
  'refused-class': /datetime\.datetime/,
  'refused-function': /"(builtins|__builtin__)\.print"/,
  'refused-range': /"(builtins|__builtin__)\.(range|xrange)"/,
  'refused-exception': /"(builtins|exceptions|__builtin__)\.ValueError"/,
  'refused-defaultdict': /"collections\.defaultdict"/,
};

const cases = [...new Set(recorded.map((one) => one.case))];

describe('What Python pickles, by 2.7 and 3.6 to 3.13, protocols 0 to 5', () => {
  test('is all said here', () =>
    expect(cases.toSorted()).toEqual(
      [...Object.keys(expected), ...Object.keys(refused)].toSorted(),
    ));

  test.each(cases.filter((name) => name in expected))('%s is read as plain data', (name) => {
    for (const { by, pickle } of pickles(name)) {
      expect([by, readPickle(pickle)]).toStrictEqual([by, expected[name]]);
    }
  });

  test.each(cases.filter((name) => name in refused))('%s is refused by name', (name) => {
    for (const { pickle } of pickles(name)) {
      expect(problemOf(() => readPickle(pickle))).toMatch(refused[name] ?? '');
    }
  });
});

function pickles(name: string) {
  return recorded.filter((one) => one.case === name);
}
