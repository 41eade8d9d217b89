import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger, LedgerReport } from '../../support/ledger.js';

describe('Ledger', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('reads what several writers appended', () => {
    const path = join(folder, 'shared');
    const [one, other] = [new Ledger(path), new Ledger(path)];
    one.started('a');
    other.started('b');
    other.done('b');
    expect(one.read()).toEqual(new LedgerReport('started a\nstarted b\ndone b\n'));
    expect(one.read().unfinished()).toEqual(['a']);
  });

  test('is empty before the first line', () => {
    expect(new Ledger(join(folder, 'none')).read().started).toEqual([]);
  });

  test('refuses an id that would break its lines', () => {
    expect(() => new Ledger(join(folder, 'bad')).done('a\nb')).toThrow('without white space');
  });
});

describe('LedgerReport', () => {
  test('tells what is missing and what was done twice', () => {
    const report = new LedgerReport('done a\ndone b\ndone a\ndone a\n');
    expect(report.missing(['a', 'b', 'c'])).toEqual(['c']);
    expect(report.duplicates()).toEqual(['a']);
  });

  test('leaves out a last line that was not written whole', () => {
    expect(new LedgerReport('done a\ndone ab').done).toEqual(['a']);
  });
});
