import { UndecodableMessageError } from '../../contracts/errors/index.js';

/**
 * Reads base64 of either alphabet, with or without line breaks. Node skips what does not belong, and would read
 * something from any text.
 *
 * @throws UndecodableMessageError
 */
export function readBase64(text: string): Buffer {
  const letters = text.replace(/\s+/g, '');
  if (letters !== '' && /^[A-Za-z0-9+/_-]+=*$/.test(letters)) return Buffer.from(letters, 'base64');
  throw new UndecodableMessageError({ problem: 'its body is not base64' });
}

/** Reads UTF-8 strictly. @throws UndecodableMessageError */
export function readUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new UndecodableMessageError({ problem: 'its text is not UTF-8', cause });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** True where UTF-8 cannot carry the text: half of a surrogate pair stands alone. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
