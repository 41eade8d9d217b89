import { SQS_LIMITS } from '../../contracts/index.js';
import type { Clock, CodecLookup, MessageFormat, QueueHandle } from '../../contracts/index.js';
import { SourceGateway } from './source-gateway.js';
import type { StageDefinition } from './pipeline-definition.js';

/** The handle under which the engine runs a source. */
export function sourceQueue(
  { path, input, intervalMs }: StageDefinition,
  clock: Clock,
): QueueHandle {
  return {
    name: input.name,
    url: `source:${path}`,
    isFifo: false,
    gateway: new SourceGateway({ path, intervalMs, clock }),
    format: runsOf(path),
    codecs: noCodecs,
    contentBasedDeduplication: undefined,
    visibilityTimeoutSeconds: SQS_LIMITS.visibilityTimeoutSeconds,
    deadLetter: undefined,
  };
}

function runsOf(pattern: string): MessageFormat {
  return {
    name: 'source',
    encode: () => ({ body: '' }),
    decode: () => ({ pattern, data: undefined }),
  };
}

const noCodecs: CodecLookup = (name) => {
  throw new Error(`A source has no codec "${name}".`);
};
