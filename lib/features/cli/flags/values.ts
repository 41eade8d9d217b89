import { LOG_LEVELS } from '../logging/log-levels.js';
import { BadValueError } from './flag.js';

export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** Reads a whole number within bounds. */
export function wholeNumber({ from, to }: Bounds): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (Number.isInteger(value) && value >= from && value <= to) return value;
    throw new BadValueError(`an integer from ${from} to ${to}`, text);
  };
}

/** Reads a number that may have decimals, within bounds. */
export function anyNumber({ from, to }: Bounds): (text: string) => number {
  return (text) => {
    const value = numberOf(text);
    if (value >= from && value <= to) return value;
    throw new BadValueError(`a number from ${from} to ${to}`, text);
  };
}

/**
 * Decimals as Python's `float()` and JavaScript both read them: `2`, `+1`, `.5`, `5.`, `1e1`. Not `0x10`, `1_0`, `inf` or
 * `nan`, which only one of them reads or which no option can be.
 */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numberOf(text: string): number {
  const trimmed = text.trim();
  return DECIMAL.test(trimmed) ? Number(trimmed) : Number.NaN;
}

export function notEmpty(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new BadValueError('text that is not empty', text);
}

/** One of the log levels that Nest, Python and squids name. */
export function logLevel(text: string): string {
  const name = text.toLowerCase();
  if (Object.hasOwn(LOG_LEVELS, name)) return LOG_LEVELS[name as keyof typeof LOG_LEVELS];
  const names = Object.keys(LOG_LEVELS).join(', ');
  throw new BadValueError(`one of ${names}`, text);
}

export function url(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new BadValueError('an http or https URL', text);
}

export function oneOf<const Choices extends readonly string[]>(
  ...choices: Choices
): (text: string) => Choices[number] {
  return (text) => {
    if (choices.includes(text)) return text;
    throw new BadValueError(`one of ${choices.join(', ')}`, text);
  };
}
