import { Command } from 'commander';
import { VERSION } from '../../primitives/own-files.js';
import { emulateCommand } from './emulate/emulate-command.js';
import { EMULATE_FLAGS } from './emulate/emulate-flags.js';
import { printableLines } from '../../primitives/printable.js';
import { addFlags, flagValues } from './flags/flags-of-command.js';
import type { CliHost } from './host.js';
import { addQueuesCommands } from './queues/queues-commands.js';
import { workCommand } from './work/work-command.js';
import { WORK_DESCRIPTION, WORK_FLAGS, WORK_TAKES, withFile } from './work/work-flags.js';

/** Everything that can be typed. */
export function buildProgram(host: CliHost, answer: (code: number) => void): Command {
  const program = new Command('nestjs-sqs')
    .description(
      'Runs the background tasks of a Nest app, and looks after their queues on Amazon SQS.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(printableLines(text)),
      writeErr: (text) => host.stderr.write(printableLines(text)),
    })
    .showHelpAfterError();
  const work = program
    .command(`work ${WORK_TAKES}`)
    .description(WORK_DESCRIPTION)
    .action(async (file: string | undefined) => {
      answer(await workCommand(withFile(flagValues(work, WORK_FLAGS), file), host));
    });
  addFlags(work, WORK_FLAGS);
  addQueuesCommands(program, host, answer);
  const emulate = program
    .command('emulate')
    .description('Serves an SQS in memory, for the processes of this machine.')
    .action(async () => answer(await emulateCommand(flagValues(emulate, EMULATE_FLAGS), host)));
  addFlags(emulate, EMULATE_FLAGS);
  return program;
}
