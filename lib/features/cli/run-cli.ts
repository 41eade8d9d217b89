import { CommanderError } from 'commander';
import { UsageError } from './errors/cli-errors.js';
import { ErrorSayer } from './errors/error-sayer.js';
import { EXIT_CODES } from './exit-codes.js';
import type { CliHost } from './host.js';
import { ownLines, writeLine } from './logging/own-lines.js';
import { buildProgram } from './program.js';
import { CHILD_COMMAND, childCommand } from './supervise/child-command.js';

/** Runs what was typed. Resolves with the exit code, whatever happens; what is wrong is said. */
export async function runCli(host: CliHost): Promise<number> {
  try {
    if (host.argv[0] === CHILD_COMMAND) return await childCommand(host);
    return await runProgram(host);
  } catch (error) {
    return failed(error, host);
  }
}

async function runProgram(host: CliHost): Promise<number> {
  let code: number = EXIT_CODES.ok;
  const program = buildProgram(host, (answer) => (code = answer));
  await program.parseAsync([...host.argv], { from: 'user' });
  return code;
}

function failed(error: unknown, host: CliHost): number {
  // Help and version are no failures; commander has said what else was wrong.
  if (error instanceof CommanderError)
    return error.exitCode === EXIT_CODES.ok ? EXIT_CODES.ok : EXIT_CODES.usage;
  const lines = ownLines('text', host);
  new ErrorSayer({ lines, isDebug: asksForStacks(host.argv) }).say(error);
  if (!(error instanceof UsageError)) return EXIT_CODES.failed;
  writeLine(
    host.stderr,
    `Usage: nestjs-sqs ${host.argv.find((word) => !word.startsWith('-')) ?? '<command>'} [options]; --help shows them.`,
  );
  return EXIT_CODES.usage;
}

function asksForStacks(argv: readonly string[]): boolean {
  return /--log-level[ =](debug|verbose)\b/i.test(argv.join(' '));
}
