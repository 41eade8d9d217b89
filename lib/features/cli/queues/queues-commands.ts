import type { Command } from 'commander';
import { UsageError } from '../errors/cli-errors.js';
import type { Flag } from '../flags/flag.js';
import { addFlags, flagValues } from '../flags/flags-of-command.js';
import type { CliHost } from '../host.js';
import {
  createQueues,
  deleteQueues,
  drainQueue,
  listQueues,
  peekQueue,
  purgeQueues,
  redriveQueue,
  statsOfQueues,
} from './queues-actions.js';
import type { QueuesAction } from './queues-actions.js';
import { CONNECTION_FLAGS, QUEUES_FLAGS } from './queue-flags.js';
import { runQueuesAction } from './run-queues-action.js';

/** One command of `queues`. */
export interface QueuesCommand {
  readonly name: keyof typeof QUEUES_FLAGS;
  /** What it takes, as commander writes it. */
  readonly takes: string;
  readonly description: string;
  readonly action: QueuesAction;
}

export const QUEUES_COMMANDS: readonly QueuesCommand[] = [
  {
    name: 'list',
    takes: '[prefix]',
    description: 'Lists the queues behind the prefix.',
    action: listQueues,
  },
  {
    name: 'create',
    takes: '<queues...>',
    description: 'Creates queues, unless they are there.',
    action: createQueues,
  },
  {
    name: 'delete',
    takes: '[queues...]',
    description: 'Deletes queues with all that is in them.',
    action: deleteQueues,
  },
  {
    name: 'purge',
    takes: '[queues...]',
    description: 'Deletes every message; possible once a minute.',
    action: purgeQueues,
  },
  {
    name: 'drain',
    takes: '<queue>',
    description: 'Receives and deletes messages until the queue is empty, and counts them.',
    action: drainQueue,
  },
  {
    name: 'stats',
    takes: '<queues...>',
    description: 'Says how full queues are.',
    action: statsOfQueues,
  },
  {
    name: 'peek',
    takes: '<queue>',
    description: 'Shows messages and gives them back. Each look spends one of their receives.',
    action: peekQueue,
  },
  {
    name: 'redrive',
    takes: '<dead-letter-queue>',
    description: 'Brings dead letters back to the queues they came from.',
    action: redriveQueue,
  },
];

export function addQueuesCommands(
  program: Command,
  host: CliHost,
  answer: (code: number) => void,
): void {
  const queues = program.command('queues').description('Looks after queues and dead letters.');
  for (const one of QUEUES_COMMANDS) addQueuesCommand(queues, one, { host, answer });
}

function addQueuesCommand(
  queues: Command,
  { name, takes, description, action }: QueuesCommand,
  { host, answer }: { host: CliHost; answer: (code: number) => void },
): void {
  const flags: readonly Flag[] = [...QUEUES_FLAGS[name], ...CONNECTION_FLAGS];
  const command = queues.command(`${name} ${takes}`).description(description);
  addFlags(command, flags);
  command.action(async (given: string | readonly string[] | undefined) => {
    const values = flagValues(command, flags);
    if (values['app'] !== undefined && values['prefix'] !== undefined)
      throw new UsageError('Expected --app or --prefix, got both: the app has its own prefix.');
    const names = typeof given === 'string' ? [given] : (given ?? []);
    answer(await runQueuesAction(action, { host, values, names }));
  });
}
