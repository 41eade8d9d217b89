import type { StopSignal } from '../../../nest/index.js';
import { exitCodeOf } from '../../../nest/worker/process-host.js';
import { UsageError } from '../errors/cli-errors.js';
import { ErrorSayer } from '../errors/error-sayer.js';
import { EXIT_CODES } from '../exit-codes.js';
import type { FlagValues } from '../flags/flags-of-command.js';
import type { CliHost } from '../host.js';
import { ownLines } from '../logging/own-lines.js';
import type { OwnLines } from '../logging/own-lines.js';
import { printableLines } from '../../../primitives/printable.js';
import type { Answer } from './answers.js';
import { jsonText } from './json-text.js';
import { openOperations } from './operations-app.js';
import type { ReachOptions } from './operations-app.js';
import type { QueuesAction } from './queues-actions.js';

/** Opens the connections, does what was asked, and writes the answer. Resolves with the exit code. */
export async function runQueuesAction(
  action: QueuesAction,
  { host, values, names }: { host: CliHost; values: FlagValues; names: readonly string[] },
): Promise<number> {
  const reach = values as ReachOptions;
  const isDebug = reach.logLevel === 'debug' || reach.logLevel === 'verbose';
  const lines = ownLines('text', host);
  const sayer = new ErrorSayer({ lines, isDebug });
  try {
    const answer = await withSignal(host, async (signal) => {
      const open = () => openOperations(reach, { host, sayer });
      return action({ host, values, names, signal, open });
    });
    write({ host, lines }, answer, values['json'] === true);
    return answer.isCutShort === true ? EXIT_CODES.failed : EXIT_CODES.ok;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    sayer.say(error);
    return EXIT_CODES.failed;
  }
}

/** The first Ctrl-C stops long work between two requests; a second one ends the process. */
async function withSignal<T>(host: CliHost, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const listener = (signal: StopSignal): void => {
    if (abort.signal.aborted) host.process.exit(exitCodeOf(signal));
    abort.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) host.process.on(signal, listener);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of signals) host.process.off(signal, listener);
  }
}

function write(to: { host: CliHost; lines: OwnLines }, answer: Answer, asJson: boolean): void {
  const { lines, json, warnings = [] } = answer;
  if (asJson) to.host.stdout.write(`${printableLines(jsonText(json))}\n`);
  else for (const line of lines) to.lines.say(line);
  for (const warning of warnings) to.lines.warn(warning);
}
