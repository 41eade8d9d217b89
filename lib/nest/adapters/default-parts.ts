import type { RuntimeParts } from '../runtime-parts.js';

/** Joined to the engine, the producer and the connections. */
export const defaultParts: RuntimeParts = undefined as never;
