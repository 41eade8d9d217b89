import { inspect } from 'node:util';
import { printable, shortened } from './printable.js';

/** Characters of an error's text at most: it stands in log lines and beside dead letters. */
const MAX_TEXT = 1_000;

/** Characters of a stack at most, those of its causes included. */
const MAX_STACK = 10_000;

/** Values within values. */
const MAX_DEPTH = 8;

/**
 * Describes whatever was thrown in one text of bounded length: its message; the messages in the response of an
 * `HttpException`, the error of an `RpcException`, an `AggregateError` or the issues of a schema; its cause. Never throws.
 * Leaves out the payload that validation errors carry.
 */
export function errorText(error: unknown): string {
  try {
    const text = new TextCollector().textsOf(error, 0).join('; ');
    return shortened(text === '' ? errorName(error) : text, MAX_TEXT);
  } catch {
    return 'an error that cannot be read';
  }
}

/** The class of an error, or the type of anything else that was thrown. */
export function errorName(error: unknown): string {
  const name = propertyOf(error, 'name');
  return typeof name === 'string' && name !== '' ? shortened(name, 100) : typeof error;
}

/**
 * The stacks of an error and of its causes, safe to print: only calls and causes start a new line. An object that is no
 * error is inspected. Undefined for other values, which `errorText()` describes completely.
 */
export function errorStack(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  try {
    return shortened(stacksOf(error).join('\nCaused by: '), MAX_STACK);
  } catch {
    return undefined;
  }
}

/** A property of anything; undefined where there is none, or where reading it throws. */
export function propertyOf(value: unknown, key: PropertyKey): unknown {
  try {
    return isObject(value) || typeof value === 'function' ? Reflect.get(value, key) : undefined;
  } catch {
    return undefined;
  }
}

/** Collects the texts of one error. Objects that were visited are skipped; it stops when the text is full. */
class TextCollector {
  private readonly visited = new Set<object>();
  private left = MAX_TEXT;

  textsOf(value: unknown, depth: number): string[] {
    if (!isObject(value)) return this.plain(value);
    if (this.visited.has(value) || depth > MAX_DEPTH) return [];
    this.visited.add(value);
    if (Array.isArray(value)) return this.textsOfAll(value, depth);
    if (isCheck(value)) return this.textsOfCheck(value, depth);
    if (hasMessages(value)) return this.textsOfError(value, depth);
    return this.textsOfEntries(value, depth);
  }

  private plain(value: unknown): string[] {
    const text = value === '' ? 'an empty text' : String(value);
    this.left -= text.length;
    return [text];
  }

  private textsOfAll(values: readonly unknown[], depth: number): string[] {
    const texts: string[] = [];
    for (const value of values) {
      if (this.left <= 0) break;
      if (value !== undefined) texts.push(...this.textsOf(value, depth + 1));
    }
    return texts;
  }

  /** An error, a response or an issue: its message, what stands beside it, its cause. */
  private textsOfError(error: object, depth: number): string[] {
    const head = headOf(error).flatMap((message) => this.plain(message))[0] ?? '';
    const details = this.textsOfAll(besides(error), depth).filter((text) => !head.includes(text));
    const text = [head, [...new Set(details)].join('; ')].filter((part) => part !== '').join(': ');
    return underPath(pathOf(error), this.withCause(text, error, depth));
  }

  private withCause(text: string, error: object, depth: number): string[] {
    const cause = propertyOf(error, 'cause');
    if (cause === undefined || cause === null) return text === '' ? [] : [text];
    const own = text === '' ? errorName(error) : text;
    const reason = this.textsOf(cause, depth + 1).join('; ');
    return [reason === '' || own.includes(reason) ? own : `${own} (cause: ${reason})`];
  }

  /** A `ValidationError` of class-validator. Its `target` and `value` hold the payload and are not read. */
  private textsOfCheck(check: object, depth: number): string[] {
    const constraints = propertyOf(check, 'constraints');
    const own = isObject(constraints) ? this.textsOfAll(valuesOf(constraints), depth) : [];
    const children = propertyOf(check, 'children');
    const inner = Array.isArray(children) ? this.textsOfAll(children, depth) : [];
    return underPath(propertyOf(check, 'property'), [...own, ...inner]);
  }

  /** Any other object, by its keys. */
  private textsOfEntries(value: object, depth: number): string[] {
    const parts = Object.keys(value).flatMap((key) => {
      const texts = this.left <= 0 ? [] : this.textsOfAll([propertyOf(value, key)], depth);
      return texts.length === 0 ? [] : [`${key}: ${texts.join('; ')}`];
    });
    return parts.length === 0 ? [inspect(value, { depth: 0 })] : [parts.join(', ')];
  }
}

function isCheck(value: object): boolean {
  return isObject(propertyOf(value, 'constraints')) || Array.isArray(propertyOf(value, 'children'));
}

function hasMessages(value: object): boolean {
  const named = ['message', 'errors', 'issues'].some((key) => propertyOf(value, key) !== undefined);
  return named || value instanceof Error;
}

/** The message; that of an error with issues may be nothing but their listing. */
function headOf(error: object): string[] {
  const message = propertyOf(error, 'message');
  if (typeof message !== 'string' || message === '') return [];
  const isListing = Array.isArray(propertyOf(error, 'issues')) && /^\s*\[/.test(message);
  return isListing ? [] : [message];
}

/** Where an error may have messages besides its own. */
function besides(error: object): unknown[] {
  const message = propertyOf(error, 'message');
  const lists = [propertyOf(error, 'errors'), propertyOf(error, 'issues')];
  return [
    isObject(message) ? message : undefined,
    answerOf(error, 'getResponse') ?? withMessage(propertyOf(error, 'response')),
    answerOf(error, 'getError') ?? withMessage(propertyOf(error, 'error')),
    ...lists.filter((list) => Array.isArray(list)),
  ];
}

function answerOf(error: object, method: 'getResponse' | 'getError'): unknown {
  const ask = propertyOf(error, method);
  try {
    return typeof ask === 'function' ? Reflect.apply(ask, error, []) : undefined;
  } catch {
    return undefined;
  }
}

/** HTTP clients keep the whole response under the same name: only one with a message is read. */
function withMessage(value: unknown): unknown {
  return propertyOf(value, 'message') === undefined ? undefined : value;
}

/** `to` or `items.0.price`, of an issue; Standard Schema allows objects with `key` as steps. */
function pathOf(issue: object): string {
  const path = propertyOf(issue, 'path');
  if (!Array.isArray(path)) return '';
  return path
    .map((step: unknown) => String(isObject(step) ? propertyOf(step, 'key') : step))
    .join('.');
}

function underPath(path: unknown, texts: readonly string[]): string[] {
  const isPath = typeof path === 'string' && path !== '';
  return texts.map((text) => (isPath ? `${path}: ${text}` : text));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function valuesOf(value: object): unknown[] {
  return Object.keys(value).map((key) => propertyOf(value, key));
}

function stacksOf(error: object): string[] {
  const chain = new Set<object>();
  for (let one: unknown = error; isObject(one) && chain.size < MAX_DEPTH;) {
    if (chain.has(one)) break;
    chain.add(one);
    one = propertyOf(one, 'cause');
  }
  return [...chain].map(stackOf);
}

const INSPECTION = { depth: 2, breakLength: Infinity, maxArrayLength: 20, maxStringLength: 500 };

function stackOf(error: object): string {
  const stack = propertyOf(error, 'stack');
  if (typeof stack !== 'string') return printable(inspect(error, INSPECTION));
  const lines = stack.split('\n');
  // The message may contain line breaks followed by what looks like a line of the log.
  const message = lines.filter((line) => !isCall(line)).join('\n');
  const calls = lines.filter(isCall).map(printable);
  return [shortened(printable(message), MAX_TEXT), ...calls].join('\n');
}

const isCall = (line: string): boolean => /^\s+at /.test(line);
