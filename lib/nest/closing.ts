import type { Clock, SqsLogger } from '../contracts/index.js';
import { settledWithin } from '../primitives/wait.js';

/** Milliseconds that closing waits for each of: features, requests and their reply queues, queue statistics. */
const PART_MS = 3_500;
/** Milliseconds that closing waits for connections. */
const CONNECTIONS_MS = 1_000;

type Part = () => Promise<unknown>;

export interface ClosingParts {
  readonly clock: Clock;
  readonly logger: SqsLogger;
  readonly features: readonly Part[];
  readonly requests: Part;
  readonly stats: Part;
  /** Producer and replies: they give up what is not sent in time, and say so. */
  readonly senders: readonly Part[];
  readonly connections: Part;
}

/** Ends what is left of an app once its servers have drained. A part that fails, or does not end in time, keeps none behind it. */
export async function closeParts(parts: ClosingParts): Promise<void> {
  const { features, requests, stats, senders, connections } = parts;
  await Promise.all([
    ...features.map((one) => close(parts, 'features, such as pools of isolated tasks', one)),
    close(parts, 'requests and their reply queues', requests),
    close(parts, '@OnQueueStats() methods', stats),
  ]);
  await Promise.all(senders.map((one) => close(parts, 'sends', one, Infinity)));
  await close(parts, 'connections', connections, CONNECTIONS_MS);
}

async function close(
  { clock, logger }: ClosingParts,
  part: string,
  work: Part,
  timeoutMs = PART_MS,
): Promise<void> {
  const ended = work().catch((error: unknown) =>
    logger.error('Closing failed in part, and goes on', { part }, error),
  );
  if (await settledWithin(ended, timeoutMs, clock)) return;
  logger.warn('Closing did not wait any longer', { part, timeoutMs });
}
