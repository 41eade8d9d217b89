import { readFileSync } from 'node:fs';

/** What one Python or several wrote for a case of test/fixtures/pickles/record.py. */
export interface RecordedPickle {
  case: string;
  by: string;
  pickle: Buffer;
}

export function recordedPickles(): RecordedPickle[] {
  const file = new URL('../fixtures/pickles/recorded.jsonl', import.meta.url);
  return readFileSync(file, 'utf8').trim().split('\n').map(readLine);
}

function readLine(line: string): RecordedPickle {
  const read = JSON.parse(line) as { case: string; by: string[]; pickle: string };
  return { case: read.case, by: read.by.join(' to '), pickle: Buffer.from(read.pickle, 'base64') };
}
