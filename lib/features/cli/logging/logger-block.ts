import { LEVEL_NUMBERS } from './log-levels.js';

/** A logger of the `loggers` block. */
export interface LoggerSetup {
  /** A Nest logger context; empty for the root, to which all others propagate. */
  readonly name: string;
  /** Python's number of the least level that it takes. */
  readonly level: number;
  readonly propagate: boolean;
  readonly files: readonly LogFileSetup[];
}

export interface LogFileSetup {
  /** `STDOUT`, `STDERR`, or a file that lines are added to. */
  readonly path: string;
  readonly format: string;
  readonly level: number;
}

export interface LoggerBlock {
  readonly loggers: readonly LoggerSetup[];
  /** What stands in the block and is not read. */
  readonly warnings: readonly string[];
}

/** A line that is no part of a logger block. */
export class LoggerSyntaxError extends Error {}

const DEFAULT_FORMAT = '------\n%(asctime)s %(levelname)s %(name)s %(message)s';

/**
 * Reads the `loggers` block of zc.sqs: `<logger>` elements with `level`, `name` and `propagate`, in them `<logfile>` with
 * `path`, `format` and `level`. Other keys and elements are told of.
 * @throws LoggerSyntaxError
 */
export function parseLoggerBlock(text: string): LoggerBlock {
  const warnings: string[] = [];
  const loggers = elementsIn(text, warnings).map((element) => loggerOf(element, warnings));
  return { loggers, warnings };
}

/** The same, from JSON or YAML: a list of `{ name, level, propagate, path, format }`. @throws LoggerSyntaxError */
export function readLoggers(value: unknown): LoggerBlock {
  if (typeof value === 'string') return parseLoggerBlock(value);
  if (!Array.isArray(value)) throw new LoggerSyntaxError('expected loggers to be text or a list');
  const warnings: string[] = [];
  const loggers = value.map((one: unknown) => loggerOf(elementOf(one), warnings));
  return { loggers, warnings };
}

interface Element {
  readonly tag: string;
  readonly keys: Map<string, string>;
  readonly inside: Element[];
}

const newElement = (tag: string): Element => ({ tag, keys: new Map(), inside: [] });

function elementsIn(text: string, warnings: string[]): Element[] {
  const root = newElement('');
  const open = [root];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line !== '' && !line.startsWith('#')) readLine(line, open);
  }
  const unclosed = open.at(-1);
  if (unclosed !== root) throw new LoggerSyntaxError(`<${unclosed?.tag}> is not closed`);
  for (const key of root.keys.keys()) warnings.push(`"${key}" outside of any <logger> is not read`);
  return loggersIn(root, warnings);
}

function loggersIn(root: Element, warnings: string[]): Element[] {
  for (const { tag } of root.inside) {
    if (tag !== 'logger') warnings.push(`<${tag}> is not read`);
  }
  return root.inside.filter(({ tag }) => tag === 'logger');
}

function readLine(line: string, open: Element[]): void {
  const here = open.at(-1) as Element;
  const [, close, tag] = /^<(\/?)\s*([\w-]+)[^>]*>$/.exec(line) ?? [];
  if (tag === undefined) {
    const [key = ''] = line.split(/\s/);
    here.keys.set(key.toLowerCase(), line.slice(key.length).trim());
    return;
  }
  if (close === '/') return closeElement(tag.toLowerCase(), open);
  const element = newElement(tag.toLowerCase());
  here.inside.push(element);
  if (!line.endsWith('/>')) open.push(element);
}

function closeElement(tag: string, open: Element[]): void {
  const closed = open.pop();
  if (closed?.tag !== tag || open.length === 0)
    throw new LoggerSyntaxError(`</${tag}> closes nothing that is open`);
}

/** An object of JSON or YAML as the element that it would be. */
function elementOf(value: unknown): Element {
  if (typeof value !== 'object' || value === null)
    throw new LoggerSyntaxError(`expected a logger to be an object, got ${typeof value}`);
  const logger = newElement('logger');
  const file = newElement('logfile');
  for (const [key, one] of Object.entries(value)) {
    (FILE_ONLY.has(key) ? file : logger).keys.set(key, String(one));
  }
  if (file.keys.size > 0) logger.inside.push(file);
  return logger;
}

const FILE_ONLY = new Set(['path', 'format']);
const LOGGER_KEYS = new Set(['level', 'name', 'propagate']);
const FILE_KEYS = new Set(['path', 'format', 'level']);

function loggerOf(element: Element, warnings: string[]): LoggerSetup {
  warnOfKeys(element, LOGGER_KEYS, warnings);
  for (const { tag } of element.inside) {
    if (tag !== 'logfile') warnings.push(`<${tag}> in <logger> is not read`);
  }
  const { keys, inside } = element;
  return {
    name: keys.get('name') ?? '',
    level: levelNumber(keys.get('level') ?? 'info'),
    propagate: truth(keys.get('propagate') ?? 'true'),
    files: inside.filter(({ tag }) => tag === 'logfile').map((file) => fileOf(file, warnings)),
  };
}

function fileOf(element: Element, warnings: string[]): LogFileSetup {
  warnOfKeys(element, FILE_KEYS, warnings);
  const path = element.keys.get('path');
  if (path === undefined) throw new LoggerSyntaxError('a <logfile> has no path');
  const format = element.keys.get('format') ?? DEFAULT_FORMAT;
  for (const name of unknownFields(format)) warnings.push(`%(${name})s in a format is not known`);
  return { path, format, level: levelNumber(element.keys.get('level') ?? 'notset') };
}

function warnOfKeys({ tag, keys }: Element, known: ReadonlySet<string>, warnings: string[]): void {
  for (const key of keys.keys()) {
    if (!known.has(key)) warnings.push(`"${key}" in <${tag}> is not read`);
  }
}

/** What a format may name. */
export const FORMAT_FIELDS = [
  'asctime',
  'levelname',
  'levelno',
  'name',
  'message',
  'process',
] as const;

function unknownFields(format: string): string[] {
  const named = [...format.matchAll(/%\((\w+)\)/g)].map(([, name = '']) => name);
  return named.filter((name) => !(FORMAT_FIELDS as readonly string[]).includes(name));
}

const OTHER_LEVELS: Record<string, number> = {
  critical: LEVEL_NUMBERS.fatal,
  warning: LEVEL_NUMBERS.warn,
  info: LEVEL_NUMBERS.log,
  blather: 15,
  trace: LEVEL_NUMBERS.verbose,
  all: 1,
  notset: 0,
};

function levelNumber(text: string): number {
  const name = text.toLowerCase();
  const number: number | undefined = { ...LEVEL_NUMBERS, ...OTHER_LEVELS }[name];
  if (number !== undefined) return number;
  if (/^\d+$/.test(name) && Number(name) <= LEVEL_NUMBERS.fatal) return Number(name);
  throw new LoggerSyntaxError(`"${text}" is no log level`);
}

function truth(text: string): boolean {
  const name = text.toLowerCase();
  if (['true', 'yes', 'on'].includes(name)) return true;
  if (['false', 'no', 'off'].includes(name)) return false;
  throw new LoggerSyntaxError(`expected propagate to be true or false, got "${text}"`);
}
