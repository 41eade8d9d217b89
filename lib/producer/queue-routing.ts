import { createHash } from 'node:crypto';
import { InvalidOptionsError } from '../contracts/errors/index.js';
import type { QueueRouting, SendOptions } from '../contracts/sending.js';

export interface RoutingFacts {
  data: unknown;
  options: SendOptions;
  /** The task's own queue. */
  queue: string;
  /** Answers a number from 0 up to 1. */
  random: () => number;
}

/**
 * The queues that a send goes to: one, or all with `broadcast`.
 * @throws InvalidOptionsError for an empty list, an unknown rule, or a function that answers another queue
 */
export function routeQueues({ data, options, queue, random }: RoutingFacts): readonly string[] {
  const target = options.queue ?? queue;
  if (typeof target === 'string') return [target];
  if (target.length === 0) throw invalid('queue: expected at least one queue, got an empty list');
  const routing = options.routing ?? 'random';
  return routing === 'broadcast' ? target : [choose(target, routing, data, random)];
}

function choose(
  queues: readonly string[],
  routing: Exclude<QueueRouting, 'broadcast'>,
  data: unknown,
  random: () => number,
): string {
  if (routing === 'random') return at(queues, Math.floor(random() * queues.length));
  if (routing === 'hash') return at(queues, hashOf(data) % queues.length);
  if (typeof routing !== 'function') throw invalid(`routing: unknown rule ${String(routing)}`);
  const chosen = routing(data, queues);
  if (queues.includes(chosen)) return chosen;
  throw invalid(`routing: expected one of ${queues.join(', ')}, got ${chosen}`);
}

function at(queues: readonly string[], index: number): string {
  return queues[index] ?? queues[0];
}

// Keys are sorted, so that equal data has one hash however it was written.
function hashOf(data: unknown): number {
  const text = JSON.stringify(data, (_, value: unknown) => sortKeys(value)) ?? '';
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function invalid(problem: string): InvalidOptionsError {
  return new InvalidOptionsError({ where: 'send()', problems: [problem] });
}
