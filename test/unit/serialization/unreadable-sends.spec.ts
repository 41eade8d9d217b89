import { UnserializableDataError } from '../../../lib/contracts/index.js';
import {
  compressed,
  jsonCodec,
  lenientJsonCodec,
  richCodec,
} from '../../../lib/serialization/index.js';

const numbers = (length: number) => Array.from({ length }, (_, n) => n);
const rows = numbers(40_000).map((n) => ({ [`field-${n}`]: 1 }));

describe('Data that every worker would refuse', () => {
  test.each([
    ['a set of 6,000 numbers', richCodec, new Set(numbers(6_000)), /more than 5000 numbers/],
    [
      'a map by 6,000 numbers',
      richCodec,
      new Map(numbers(6_000).map((n) => [n, n])),
      /more than 5000 numbers/,
    ],
    [
      'a set of 600 BigInts',
      richCodec,
      new Set(numbers(600).map(BigInt)),
      /more than 5000 numbers/,
    ],
    [
      'a set of 6,000 numbers, packed',
      compressed(richCodec),
      new Set(numbers(6_000)),
      /more than 5000 numbers/,
    ],
    ['rows with 40,000 fields', richCodec, rows, /too many different fields/],
    ['rows with 40,000 fields', jsonCodec, rows, /too many different fields/],
    ['rows with 40,000 fields', lenientJsonCodec, rows, /too many different fields/],
  ])('are refused where they are sent: %s', (_name, codec, data, reason) => {
    const sending = () => codec.encode(data);
    expect(sending).toThrow(UnserializableDataError);
    expect(sending).toThrow(reason);
    expect(sending).toThrow(/Send it in several tasks, or as lists/);
  });

  test.each([
    ['a set of 5,000 numbers', richCodec, new Set(numbers(5_000))],
    ['a list of 50,000 numbers', richCodec, numbers(50_000)],
    [
      '50,000 names with a number each',
      jsonCodec,
      Object.fromEntries(numbers(50_000).map((n) => [`order-${n}`, n])),
    ],
  ])('are not near: %s', (_name, codec, data) => {
    expect(codec.decode(codec.encode(data))).toEqual(data);
  });
});
