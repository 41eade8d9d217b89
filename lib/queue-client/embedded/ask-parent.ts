import { InvalidOptionsError, type Clock } from '../../contracts/index.js';
import { systemClock } from '../../primitives/system-clock.js';
import { settledWithin } from '../../primitives/wait.js';

/** `SQS_EMBEDDED_URL` of a process whose parent starts the embedded SQS when it is first asked for it. */
export const ASK_PARENT = 'parent';

export interface EmbeddedQuestion {
  readonly type: 'sqs-embedded?';
}

/** The address, or why there is none. */
export type EmbeddedAnswer =
  | { readonly type: 'sqs-embedded'; readonly endpoint: string }
  | { readonly type: 'sqs-embedded'; readonly error: string };

/** Milliseconds that the parent has to answer: what it starts is ready in a fraction of that. */
const ANSWER_MS = 10_000;

/** What is used of a process that was forked. */
export interface ForkedChild {
  send?: ((message: EmbeddedQuestion) => unknown) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/**
 * Asks the process that forked this one for the address of the SQS that both share.
 * @throws InvalidOptionsError where there is no such process, it has none, or it does not answer
 */
export async function askParent(
  child: ForkedChild = process,
  clock: Clock = systemClock,
): Promise<string> {
  if (child.send === undefined)
    throw refused('SQS_EMBEDDED_URL=parent is for processes that nestjs-sqs work has started');
  const answer = nextAnswer(child);
  child.send({ type: 'sqs-embedded?' });
  if (!(await settledWithin(answer, ANSWER_MS, clock))) {
    throw refused(`the command that started this process did not answer within ${ANSWER_MS} ms`);
  }
  const told = await answer;
  if ('error' in told) throw refused(told.error);
  return told.endpoint;
}

function nextAnswer(child: ForkedChild): Promise<EmbeddedAnswer> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      if (!isAnswer(message)) return;
      child.off('message', listener);
      resolve(message);
    };
    child.on('message', listener);
  });
}

function isAnswer(message: unknown): message is EmbeddedAnswer {
  return (
    typeof message === 'object' &&
    message !== null &&
    Reflect.get(message, 'type') === 'sqs-embedded'
  );
}

function refused(problem: string): InvalidOptionsError {
  return new InvalidOptionsError({ where: 'connection: { embedded: true }', problems: [problem] });
}
