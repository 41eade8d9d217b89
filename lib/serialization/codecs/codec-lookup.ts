import { UndecodableMessageError } from '../../contracts/errors/index.js';
import type { Codec, CodecLookup } from '../../contracts/format.js';
import { compressed } from './compressed-codec.js';
import { jsonCodec } from './json-codec.js';
import { lenientJsonCodec } from './lenient-json-codec.js';
import { richCodec } from './rich-codec.js';

/**
 * Finds codecs by name: `json`, `lenient`, `rich`, the compressing `json+deflate` and `rich+deflate`, and those given
 * here, which may replace them. No name, and the media types of JSON that other senders write, mean `json`.
 */
export function createCodecLookup(codecs: readonly Codec[] = []): CodecLookup {
  const byName = new Map<string, Codec>([
    ['json', jsonCodec],
    ['lenient', lenientJsonCodec],
  ]);
  for (const codec of builtIn) byName.set(codec.name, codec);
  for (const codec of codecs) byName.set(codec.name, codec);
  return (name = 'json') => {
    const codec = byName.get(name) ?? (isJsonType(name) ? byName.get('json') : undefined);
    if (codec === undefined) throw unknownCodec(name, [...byName.keys()]);
    return codec;
  };
}

const builtIn: readonly Codec[] = [richCodec, compressed(jsonCodec), compressed(richCodec)];

/**
 * `application/json`, also with parameters, in any case, and as the suffix of another type (RFC 6839). A message's body
 * is Unicode text, so no charset changes how it is read.
 */
function isJsonType(name: string): boolean {
  return /^\s*(?:(?:application|text)\/json|application\/[\w.-]{1,100}\+json)\s*(?:;|$)/i.test(
    name,
  );
}

function unknownCodec(name: string, known: readonly string[]): UndecodableMessageError {
  return new UndecodableMessageError({
    problem: `its codec "${name}" is not known here. Known: ${known.join(', ')}`,
  });
}
