import { SqsError } from '../../contracts/index.js';
import type { SqsBatchItem } from '../sqs-batch.context.js';

/** A batch handler named this task's message in `batchItemFailures`. */
export class BatchItemFailedError extends SqsError {
  constructor(facts: { messageId: string }) {
    super(`The batch handler reported message ${facts.messageId} as failed.`);
  }
}

/** A batch handler's answer cannot be read, so nobody knows which tasks succeeded: all count as failed. */
export class InvalidBatchAnswerError extends SqsError {
  constructor(facts: { found: string }) {
    super(
      `Expected a batch handler to answer nothing or { batchItemFailures: [{ itemIdentifier }] } with message ids ` +
        `of its batch, got ${facts.found}.`,
    );
  }
}

/** Runs a batch; answers the error of each item that failed, by message id. */
export async function batchFailures(
  items: readonly SqsBatchItem[],
  run: () => Promise<unknown>,
): Promise<ReadonlyMap<string, unknown>> {
  try {
    const failed = failedIds(await run(), new Set(items.map((item) => item.messageId)));
    return new Map(failed.map((messageId) => [messageId, new BatchItemFailedError({ messageId })]));
  } catch (error) {
    return new Map(items.map((item) => [item.messageId, error]));
  }
}

function failedIds(answer: unknown, known: ReadonlySet<string>): string[] {
  const failures = failuresOf(answer);
  if (!Array.isArray(failures)) throw unreadable(answer);
  return failures.map((failure: unknown) => {
    const id = propertyOf(failure, 'itemIdentifier');
    if (typeof id !== 'string' || !known.has(id)) throw unreadable(failure);
    return id;
  });
}

function failuresOf(answer: unknown): unknown {
  return propertyOf(answer, 'batchItemFailures') ?? [];
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function unreadable(found: unknown): InvalidBatchAnswerError {
  return new InvalidBatchAnswerError({ found: JSON.stringify(found) ?? typeof found });
}
