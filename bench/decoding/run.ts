import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atMost, printVerdicts } from '../verdicts.js';
import { type Bomb, bombs, fuzzed, type Letter } from './bombs.js';
import type { Measured } from './one.js';

/**
 * Messages that were made to harm, each decoded in a fresh process: none may block the event loop or take memory beyond
 * these bounds, whether it is read or refused. The best of some tries counts, for a busy machine's waiting is no work.
 */
const MAX_MS = 200;
const MAX_PEAK_MIB = 64;
const TRIES = 5;
const { values: flags } = parseArgs({
  options: {
    /** Bombs whose name has this text. */
    only: { type: 'string', default: '' },
    /** Random bombs beside them, of this seed. */
    random: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
});

interface Row {
  bomb: string;
  measured: Measured;
}

function main(): void {
  const all = [...bombs, ...fuzzed(Number(flags.seed), Number(flags.random))];
  const chosen = all.filter(({ name }) => name.includes(flags.only));
  const rows = chosen.map(rowOf);
  const worst = rows

    .toSorted((a, b) => weightOf(b) - weightOf(a))
    .slice(0, flags.only === '' ? 25 : 500);
  console.table(Object.fromEntries(worst.map((row) => [row.bomb, shown(row.measured)])));
  const refused = rows.filter(({ measured }) => measured.refused !== undefined).length;
  console.log(`${rows.length} messages: ${rows.length - refused} read, ${refused} refused`);
  const failed = rows.filter(({ measured }) => measured.failed !== undefined);
  const verdicts = [
    atMost('longest time', Math.max(...rows.map(({ measured }) => measured.ms)), MAX_MS, ' ms'),
    atMost(
      'highest peak',
      Math.max(...rows.map(({ measured }) => measured.peakMiB)),
      MAX_PEAK_MIB,
      ' MiB',
    ),
    {
      held: failed.length === 0,
      text: `refused by anything but UndecodableMessageError: ${failed.map(({ bomb }) => bomb).join('; ') || 'none'}`,
    },
  ];
  process.exitCode = printVerdicts(verdicts) ? 0 : 1;
}

function rowOf(bomb: Bomb): Row {
  const measured = bestOf(bomb);
  if (isOver(measured)) console.log(`over: ${bomb.name}`, shown(measured));
  return { bomb: bomb.name, measured };
}

function bestOf(bomb: Bomb): Measured {
  const letter = bomb.make();
  const size =
    Buffer.byteLength(letter.body) +
    Buffer.byteLength(Object.entries(letter.attributes).flat().join(''));
  if (size > 1_048_576) throw new Error(`${bomb.name} has ${size} bytes`);
  let best: Measured | undefined;
  for (let turn = 0; turn < TRIES && (best === undefined || isNear(best)); turn++) {
    const next = run(bomb, letter);
    best =
      best === undefined
        ? next
        : {
            ...next,
            ms: Math.min(next.ms, best.ms),
            peakMiB: Math.min(next.peakMiB, best.peakMiB),
          };
  }
  return best as Measured;
}

function run({ name, format }: Bomb, letter: Letter): Measured {
  const one = fileURLToPath(new URL('./one.js', import.meta.url));
  const { stdout, status, stderr } = spawnSync(process.execPath, ['--expose-gc', one], {
    input: JSON.stringify({ name: format, letter }),
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status === 0) return JSON.parse(stdout) as Measured;
  return { ms: Infinity, peakMiB: Infinity, failed: `${name}: ${stderr.slice(-300)}` };
}

/** Near enough to a bound for a busy machine to reach it. */
function isNear({ ms, peakMiB }: Measured): boolean {
  return ms > 0.7 * MAX_MS || peakMiB > 0.9 * MAX_PEAK_MIB;
}

function isOver({ ms, peakMiB }: Measured): boolean {
  return ms > MAX_MS || peakMiB > MAX_PEAK_MIB;
}

function weightOf({ measured }: Row): number {
  return Math.max(measured.ms / MAX_MS, measured.peakMiB / MAX_PEAK_MIB);
}

function shown({ ms, peakMiB, refused, failed }: Measured) {
  return {
    ms: Math.round(ms),
    'peak, MiB': Math.round(peakMiB),
    ends: (failed ?? refused ?? 'read').replace('The message cannot be decoded: ', '').slice(0, 60),
  };
}

main();
