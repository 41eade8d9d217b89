import { DecodingBudget } from '../../contracts/decoding-budget.js';
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

/** Both ways to decode, of a codec that bounds its work. */
export function boundedDecoder(
  decode: (text: string, budget: DecodingBudget) => unknown,
): Required<Pick<Codec, 'decode' | 'decodeWithin'>> {
  return { decode: (text) => decode(text, new DecodingBudget()), decodeWithin: decode };
}
