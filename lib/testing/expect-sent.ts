import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';
import type { TaskTarget } from '../contracts/index.js';
import { differencesOf, writtenDifference } from './data-differences.js';
import type { Difference } from './data-differences.js';
import type { SentTask } from './sent-tasks.js';

/** What else a send is expected to say; what is left out may be anything. */
export interface ExpectedSend {
  pattern?: string;
  priority?: number;
  delaySeconds?: number;
  groupId?: string;
  deduplicationId?: string;
  taskContext?: Record<string, unknown>;
  /** How many sends are expected to be like that. @default at least one */
  times?: number;
}

export interface Expectation {
  readonly target: TaskTarget | { readonly queue: string; readonly pattern?: undefined };
  readonly data: unknown;
  readonly options: ExpectedSend;
  /** What was sent to the queue. */
  readonly sent: readonly SentTask[];
}

/** The sends that are as expected. @throws AssertionError that says what differs */
export function expectSent(expectation: Expectation): SentTask[] {
  const compared = expectation.sent.map((task) => {
    return { task, differences: differencesTo(expectation, task) };
  });
  const fitting = compared.filter(({ differences }) => differences.length === 0);
  const { times } = expectation.options;
  if (times === undefined ? fitting.length > 0 : fitting.length === times) {
    return fitting.map(({ task }) => task);
  }
  const [closest] = compared.toSorted((a, b) => a.differences.length - b.differences.length);
  throw new AssertionError({
    message: sentence(expectation, fitting.length, closest?.differences ?? []),
    actual: closest?.task.data,
    expected: expectation.data,
    operator: 'expectSent',
    stackStartFn: expectSent,
  });
}

function differencesTo({ target, data, options }: Expectation, task: SentTask): Difference[] {
  const { times: _times, pattern = target.pattern, ...facts } = options;
  const asked = pattern === undefined ? facts : { ...facts, pattern };
  const inFacts = Object.entries(asked).flatMap(([name, expected]) =>
    differencesOf(expected, Reflect.get(task, name), `(${name})`),
  );
  return [...inFacts, ...differencesOf(data, task.pattern === undefined ? task.body : task.data)];
}

function sentence(
  { target, data, options, sent }: Expectation,
  count: number,
  differences: readonly Difference[],
): string {
  const { times } = options;
  const wanted = times === undefined ? 'at least once' : `${times} times`;
  const what = options.pattern ?? target.pattern ?? 'a task';
  return [
    `Expected ${what} to be sent to ${target.queue} ${wanted} with`,
    indented(shown(data)),
    `but ${count} of ${sent.length} sends there were like that.`,
    ...(differences.length === 0 ? [] : ['The closest differs:']),
    ...differences.map((one) => indented(writtenDifference(one))),
    ...(sent.length === 0 ? [] : ['Sent there:']),
    ...sent.slice(0, MAX_SHOWN).map((task) => indented(line(task))),
    ...(sent.length > MAX_SHOWN ? [indented(`and ${sent.length - MAX_SHOWN} more`)] : []),
  ].join('\n');
}

const MAX_SHOWN = 10;

function line({ pattern, data, body }: SentTask): string {
  return pattern === undefined ? body : `${pattern} ${shown(data)}`;
}

function shown(value: unknown): string {
  return inspect(value, { depth: 6 });
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
