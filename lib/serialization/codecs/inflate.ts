import { deflateSync, inflateSync } from 'node:zlib';
import type { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError } from '../../contracts/errors/index.js';

/** Packs bytes into a zlib stream. */
export function deflate(bytes: Uint8Array): Buffer {
  return deflateSync(bytes);
}

/**
 * Unpacks a zlib stream within the budget, and stops at the limit: a small message never becomes a large one unnoticed.
 *
 * @throws UndecodableMessageError
 */
export function inflateWithin(bytes: Uint8Array, budget: DecodingBudget): Buffer {
  const unpacked = inflate(bytes, budget.left('unpackedBytes'));
  if (unpacked === undefined) throw budget.exceeded('unpackedBytes');
  budget.spend('unpackedBytes', unpacked.length);
  return unpacked;
}

/**
 * Unpacks a zlib stream; undefined where it has more bytes.
 *
 * @throws UndecodableMessageError
 */
export function inflate(bytes: Uint8Array, maxBytes: number): Buffer | undefined {
  try {
    // zlib takes no limit of 0, and nobody sends a stream of one byte.
    return inflateSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw new UndecodableMessageError({ problem: 'its packed data is no zlib stream', cause });
  }
}
