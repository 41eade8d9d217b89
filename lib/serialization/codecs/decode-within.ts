import { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError, UnserializableDataError } from '../../contracts/errors/index.js';
import type { Codec } from '../../contracts/format.js';

/**
 * Decodes with a codec that bounds its work, or with one of a user that does not.
 *
 * @throws UndecodableMessageError
 */
export function decodeWithin(
  codec: Codec,
  text: string,
  budget: DecodingBudget = new DecodingBudget(),
): unknown {
  return codec.decodeWithin === undefined ? codec.decode(text) : codec.decodeWithin(text, budget);
}

/**
 * The text, unless every worker would refuse it: its sender is told, and not who looks for its dead letter. Reading it
 * costs about as much as writing it did, so it is read only where it is long enough to reach a limit.
 *
 * @param fromLength characters of the shortest text that can
 * @throws UnserializableDataError
 */
export function readableText(
  text: string,
  { name, decode, fromLength }: Pick<Codec, 'name' | 'decode'> & { fromLength: number },
): string {
  if (text.length < fromLength) return text;
  try {
    decode(text);
    return text;
  } catch (cause) {
    if (!(cause instanceof UndecodableMessageError)) throw cause;
    throw new UnserializableDataError({
      path: '$',
      found: `data that no worker would read, because ${cause.problem},`,
      codec: name,
      advice: 'Send it in several tasks, or as lists.',
      cause,
    });
  }
}

/** Both ways to decode, of a codec that bounds its work. */
export function boundedDecoder(
  decode: (text: string, budget: DecodingBudget) => unknown,
): Required<Pick<Codec, 'decode' | 'decodeWithin'>> {
  return { decode: (text) => decode(text, new DecodingBudget()), decodeWithin: decode };
}
