import { controlSignalOf, type ControlSignal } from '../../contracts/task.js';
import { errorName, errorText, propertyOf } from '../../primitives/error-text.js';
import { isCloneable } from './clone.js';

/** An error as it goes from thread to thread, or from process to process. */
export type ErrorRecord = ThrownError | { readonly thrown: unknown };

export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: ErrorRecord | undefined;
  /** What a control error asked for. */
  readonly control: ControlSignal | undefined;
  /** Its own properties, as far as they can be cloned. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Causes deeper than this are left out; one may be its own. */
const MAX_CAUSES = 8;

export function recordOf(error: unknown, depth = 0): ErrorRecord {
  if (!(error instanceof Error)) {
    return { thrown: isCloneable(error) ? error : errorText(error) };
  }
  const cause = depth < MAX_CAUSES ? propertyOf(error, 'cause') : undefined;
  const message = propertyOf(error, 'message');
  const stack = propertyOf(error, 'stack');
  return {
    name: errorName(error),
    message: typeof message === 'string' ? message : errorText(error),
    stack: typeof stack === 'string' ? stack : undefined,
    cause: cause === undefined ? undefined : recordOf(cause, depth + 1),
    control: controlSignalOf(error),
    properties: propertiesOf(error),
  };
}

function propertiesOf(error: Error): Record<string, unknown> {
  const entries = Object.keys(error).map((key) => [key, propertyOf(error, key)] as const);
  return Object.fromEntries(entries.filter(([, part]) => isCloneable(part)));
}

/** Makes the error of a control signal; without one, its class is lost. */
export type MakeControlError = (signal: ControlSignal, message: string) => Error;

/** The error again: an `Error`, or a built-in class of it, with its name, message, stack, cause and properties. */
export function errorOf(record: ErrorRecord, makeControl?: MakeControlError): unknown {
  if ('thrown' in record) return record.thrown;
  const error = bare(record, makeControl);
  const { name, stack, cause, properties } = record;
  // What a control error asks for, and its name, are its own already.
  if (error.name !== name) Reflect.defineProperty(error, 'name', hidden(name));
  if (stack !== undefined) Reflect.defineProperty(error, 'stack', hidden(stack));
  if (cause !== undefined) {
    Reflect.defineProperty(error, 'cause', hidden(errorOf(cause, makeControl)));
  }
  return Object.assign(error, properties);
}

function bare({ name, message, control }: ThrownError, makeControl?: MakeControlError): Error {
  if (control !== undefined && makeControl !== undefined) return makeControl(control, message);
  const Class = builtIns.find((one) => one.name === name) ?? Error;
  return new Class(message);
}

const builtIns = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];

function hidden(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: false };
}
