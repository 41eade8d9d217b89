import type { Flag } from '../flags/flag.js';
import { notEmpty, wholeNumber } from '../flags/values.js';

/** ElasticMQ's port, which other tools offer for a local SQS. */
export const DEFAULT_PORT = 9_324;

/** The flags of `emulate`. Its reference page is made from them. */
export const EMULATE_FLAGS = [
  {
    key: 'port',
    flags: '-p, --port <port>',
    description: 'Port on 127.0.0.1; 0 takes a free one.',
    otherwise: String(DEFAULT_PORT),
    read: wholeNumber({ from: 0, to: 65_535 }),
  },
  {
    key: 'queues',
    flags: '-q, --queue <name>',
    description: 'A queue to create; one whose name ends in .fifo is a FIFO queue.',
    otherwise: 'none: apps that join create what they need',
    isRepeatable: true,
    read: notEmpty,
  },
  {
    key: 'verbose',
    flags: '-v, --verbose',
    description: 'Shows what is sent, received, deleted and given back, a line each.',
    otherwise: 'off',
  },
] as const satisfies readonly Flag[];

export interface EmulateFlagValues {
  readonly port?: number;
  readonly queues?: readonly string[];
  readonly verbose?: boolean;
}
