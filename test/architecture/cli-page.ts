import { QUEUES_COMMANDS } from '../../lib/features/cli/queues/queues-commands.js';
import { EMULATE_FLAGS } from '../../lib/features/cli/emulate/emulate-flags.js';
import { CONNECTION_FLAGS, QUEUES_FLAGS } from '../../lib/features/cli/queues/queue-flags.js';
import { longNameOf } from '../../lib/features/cli/flags/flag.js';
import type { Flag } from '../../lib/features/cli/flags/flag.js';
import { EXIT_CODES } from '../../lib/features/cli/exit-codes.js';
import { WORK_FLAGS } from '../../lib/features/cli/work/work-flags.js';

const EXITS: Record<keyof typeof EXIT_CODES, string> = {
  ok: 'Done. A worker drained after a signal, or ended by its stop policy.',
  failed:
    'What was asked could not be done, was declined, or was stopped before its end; one sentence says why. A worker met a fatal error, or handlers outlasted the drain of a stop policy.',
  usage:
    'It was typed in a way that cannot be understood, or `--yes` is missing where nobody can be asked. The usage follows.',
};

/** The parts of docs/reference/cli.md that the code decides, by the names of their markers. */
export function cliTables(): Record<string, string> {
  return {
    work: flagsTable(WORK_FLAGS),
    file: fileTable(),
    connection: flagsTable(CONNECTION_FLAGS),
    queues: QUEUES_COMMANDS.map(commandSection).join('\n\n'),
    emulate: flagsTable(EMULATE_FLAGS),
    exits: exitsTable(),
  };
}

/** Puts each table between its markers. */
export function withTables(page: string, tables: Record<string, string>): string {
  return Object.entries(tables).reduce((text, [name, content]) => {
    const marked = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
    if (!marked.test(text)) throw new Error(`docs/reference/cli.md has no place for "${name}"`);
    return text.replace(
      marked,
      (_, start: string, end: string) => `${start}\n\n${content}\n\n${end}`,
    );
  }, page);
}

function flagsTable(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => {
    const repeat = flag.isRepeatable ? ' May be given several times.' : '';
    const spellings = [flag.flags, ...(flag.aliases ?? [])].map((one) => `\`${one}\``);
    return [spellings.join(', '), `${flag.description}${repeat}`, flag.otherwise];
  });
  return table(['flag', 'effect', 'where it is left out'], rows);
}

function fileTable(): string {
  const rows = (WORK_FLAGS as readonly Flag[]).flatMap((flag) => {
    if (flag.inFile === undefined) return [];
    const names = [...flag.inFile, snakeCased(flag.key)].filter((name) => !LONG.has(name));
    return [[names.map((name) => `\`${name}\``).join(', '), `\`${longNameOf(flag)}\``]];
  });
  return table(['option of `[container]`', 'as the flag'], rows);
}

/** Keys that have a name of their own in files. */
const LONG = new Set(['app', 'queues', 'stages']);

function commandSection({ name, takes, description }: (typeof QUEUES_COMMANDS)[number]): string {
  const flags: readonly Flag[] = QUEUES_FLAGS[name];
  const head = `### \`nestjs-sqs queues ${name} ${takes}\`\n\n${description}`;
  return flags.length === 0 ? head : `${head}\n\n${flagsTable(flags)}`;
}

function exitsTable(): string {
  const named = Object.entries(EXIT_CODES) as [keyof typeof EXIT_CODES, number][];
  const rows = named.map(([name, code]) => [String(code), EXITS[name]]);
  return table(['code', 'meaning'], [...rows, ...SIGNAL_ROWS]);
}

const SIGNAL_ROWS = [
  ['130', 'A second Ctrl-C (SIGINT) aborted it, or handlers outlasted the drain that one began.'],
  ['143', 'The same with SIGTERM.'],
];

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function snakeCased(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
