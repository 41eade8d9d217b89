import { LiveLine } from '../../../../lib/features/cli/work/live-line.js';
import { NO_TASKS } from '../../../../lib/features/cli/work/task-counts.js';
import { Throughput } from '../../../../lib/features/cli/work/throughput.js';
import { ManualClock } from '../../../../lib/primitives/manual-clock.js';

describe('Throughput', () => {
  test('in a pipe writes a line every ten seconds in which something was done', async () => {
    const { clock, lines, throughput } = setup();
    throughput.begin();
    throughput.update('1', { ...NO_TASKS, succeeded: 1_500 });
    throughput.update('2', { ...NO_TASKS, succeeded: 500, retried: 3 });
    await clock.advance(30_000);
    throughput.end();

    expect(lines).toEqual([
      '2,000 succeeded, 3 to be retried; 200.3 a second',
      'Ended: 2,000 succeeded, 3 to be retried.',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('says nothing where nothing began', () => {
    const { lines, throughput } = setup();
    throughput.end();

    expect(lines).toEqual([]);
  });

  test('on a terminal changes one line, and takes it away at the end', async () => {
    const { stream, drawn } = terminal();
    const { clock, lines, throughput } = setup(new LiveLine(stream));
    throughput.begin();
    throughput.update('1', {
      ...NO_TASKS,
      succeeded: 5,
      discarded: 1,
      deadLettered: 2,
      released: 3,
    });
    await clock.advance(1_000);
    throughput.end();

    expect(drawn).toEqual([
      `${ERASE}5 succeeded, 1 discarded, 2 dead-lettered, 3 given back; 11 a second`,
      ERASE,
    ]);
    expect(lines).toEqual(['Ended: 5 succeeded, 1 discarded, 2 dead-lettered, 3 given back.']);
  });
});

describe('LiveLine', () => {
  test('stays below what others write', () => {
    const { stream, drawn } = terminal();
    const other = terminal();
    const own = other.stream.write;
    const line = new LiveLine(stream, [other.stream]);
    other.stream.write('before\n');
    line.show('12 succeeded');
    other.stream.write('a log line\n');
    line.end();

    expect(other.drawn).toEqual(['before\n', 'a log line\n']);
    expect(drawn).toEqual([`${ERASE}12 succeeded`, ERASE, '12 succeeded', ERASE]);
    expect(other.stream.write).toBe(own);
  });

  test('is no wider than the terminal', () => {
    const { stream, drawn } = terminal(10);
    new LiveLine(stream).show('a long line of text');

    expect(drawn).toEqual([`${ERASE}a long li`]);
  });
});

const ERASE = '\r\u001B[2K';

function terminal(columns = 100) {
  const drawn: string[] = [];
  const write = (text: unknown): boolean => drawn.push(String(text)) > 0;
  return { drawn, stream: { columns, write } };
}

function setup(live?: LiveLine) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const throughput = new Throughput({ clock, live, write: (line) => void lines.push(line) });
  return { clock, lines, throughput };
}
