import { dateText, datetimeOf, timeDelta, timeText, timeZone } from './datetimes.js';
import { addItems, setItems } from './collections.js';
import { type Call, PythonName, type Supplies, Uuid } from './python-objects.js';

/**
 * The closed list: every name that a pickle may import, and what calling it gives. They are those by which Python's own
 * pickles write dates and times, decimals, UUIDs, sets, bytes and ordered dicts, under the names of Python 2 and 3.
 * A call answers undefined for arguments that Python never writes.
 *
 * | Python                                   | here                                                              |
 * |------------------------------------------|-------------------------------------------------------------------|
 * | `datetime.datetime`                      | Date where it has a time zone, else ISO text                      |
 * | `datetime.date`, `datetime.time`         | ISO text                                                          |
 * | `datetime.timedelta`                     | seconds                                                           |
 * | `datetime.timezone`                      | text such as `+02:00`                                             |
 * | `decimal.Decimal`                        | the text that Python's `str()` gives                              |
 * | `uuid.UUID`                              | the text that Python's `str()` gives, once BUILD gave its number  |
 * | `uuid.SafeUUID`                          | its value: 0, -1 or null                                          |
 * | `bytes`, `bytearray`, `_codecs.encode`   | Uint8Array                                                        |
 * | `set`, `frozenset`                       | Set                                                               |
 * | `collections.OrderedDict`                | object                                                            |
 * | `object`, `copyreg._reconstructor`       | nothing but an empty `uuid.UUID`, in protocols 0 and 1            |
 */
const callsByModule: Record<string, Record<string, Call | undefined>> = {
  datetime: {
    date: dateText,
    time: timeText,
    datetime: datetimeOf,
    timedelta: timeDelta,
    timezone: timeZone,
  },
  decimal: { Decimal: decimalText },
  uuid: { UUID: undefined, SafeUUID: safeUuid },
  _codecs: { encode: encodedBytes },
  builtins: {
    bytes: noBytes,
    bytearray: byteArray,
    set: setOf,
    frozenset: setOf,
    object: undefined,
  },
  collections: { OrderedDict: orderedDict },
  copyreg: { _reconstructor: reconstructed },
};

/** What Python 2 calls the same modules; Python 3 writes these names too, up to protocol 2. */
const python2Modules: Record<string, string> = { __builtin__: 'builtins', copy_reg: 'copyreg' };

const names: ReadonlyMap<string, ReadonlyMap<string, PythonName>> = new Map(
  Object.entries(callsByModule).map(([module, calls]) => [
    module,
    new Map(
      Object.entries(calls).map(([name, call]) => [
        name,
        new PythonName(`${module}.${name}`, call),
      ]),
    ),
  ]),
);

/** The name that an import means; undefined where it is not on the list. */
export function nameOf(module: string, name: string): PythonName | undefined {
  const known = Object.hasOwn(python2Modules, module) ? python2Modules[module] : module;
  return names.get(known ?? '')?.get(name);
}

/** What `UUID.__new__` gives; undefined for any other class, and for arguments. */
export function newInstance(type: unknown, args: unknown): Uuid | undefined {
  const isNew = type === nameOf('uuid', 'UUID') && Array.isArray(args) && args.length === 0;
  return isNew ? new Uuid() : undefined;
}

function reconstructed(args: readonly unknown[]): Uuid | undefined {
  const [type, base, state] = args;
  const isPlain = args.length === 3 && base === nameOf('builtins', 'object') && state === null;
  return isPlain ? newInstance(type, []) : undefined;
}

function decimalText([text, ...others]: readonly unknown[]): string | undefined {
  if (typeof text !== 'string' || others.length > 0) return undefined;
  return /^-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity|s?NaN\d*)$/.test(text) ? text : undefined;
}

function safeUuid([value, ...others]: readonly unknown[]): number | null | undefined {
  if (others.length > 0) return undefined;
  return isSafeUuid(value) ? value : undefined;
}

/** What Python knows of how a UUID was made; it is left out. */
export function isSafeUuid(value: unknown): value is 0 | -1 | null {
  return value === 0 || value === -1 || value === null;
}

/** Python 3's bytes up to protocol 2: text with a character for each byte. */
function encodedBytes(args: readonly unknown[], supplies: Supplies): Uint8Array | undefined {
  const [text, encoding] = args;
  const isLatin1 = encoding === 'latin1' || encoding === 'latin-1';
  if (args.length !== 2 || typeof text !== 'string' || !isLatin1) return undefined;
  supplies.spend({ bytes: text.length });
  return /^[\0-\xff]*$/.test(text) ? new Uint8Array(Buffer.from(text, 'latin1')) : undefined;
}

function noBytes(args: readonly unknown[]): Uint8Array | undefined {
  return args.length === 0 ? new Uint8Array() : undefined;
}

/** `bytearray()`, `bytearray(bytes)`, and of older Pythons `bytearray(text, 'latin-1')`. */
function byteArray(args: readonly unknown[], supplies: Supplies): Uint8Array | undefined {
  const [bytes] = args;
  if (args.length === 2) return encodedBytes(args, supplies);
  if (args.length === 0) return new Uint8Array();
  if (args.length > 1 || !(bytes instanceof Uint8Array)) return undefined;
  supplies.spend({ bytes: bytes.length });
  return new Uint8Array(bytes);
}

function setOf(
  [items = [], ...others]: readonly unknown[],
  supplies: Supplies,
): Set<unknown> | undefined {
  if (!Array.isArray(items) || others.length > 0) return undefined;
  supplies.spend({ values: items.length });
  const set = new Set();
  addItems(set, items, supplies.budget);
  return set;
}

/** `OrderedDict()`, whose items follow; of Python 2 `OrderedDict([[key, value], …])`. */
function orderedDict(
  [pairs = [], ...others]: readonly unknown[],
  supplies: Supplies,
): Record<string, unknown> | undefined {
  if (!Array.isArray(pairs) || others.length > 0) return undefined;
  supplies.spend({ values: 2 * pairs.length });
  const dict = supplies.fields.create();
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined;
    setItems(dict, pair, supplies.fields);
  }
  return dict;
}
