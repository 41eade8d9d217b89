import { median } from './median.js';
import { atMost, printVerdicts, type Verdict } from './verdicts.js';

/** One contender's turn in one round. */
export interface Sample {
  name: string;
  label: string;
  round: number;
  tasksPerSecond: number;
  cpuMicrosPerTask: number;
  requestsPerTask: number;
}

const OURS = 'ours';
const OURS_BY_SDK = 'ours-sdk';
const RAW = 'raw-sdk';
/** Receive and delete cost a tenth each; the rest is room. */
const MAX_REQUESTS_PER_TASK = 0.21;
/** Of the hand-written loop's client CPU: by the lean path, and through the SDK. */
const MAX_CPU_RATIO = 0.4;
const MAX_CPU_RATIO_BY_SDK = 1.15;

/** Prints the table and the verdicts; answers whether every promise held. */
export function printReport(samples: readonly Sample[]): boolean {
  const names = [...new Set(samples.map((sample) => sample.name))];
  console.table(Object.fromEntries(names.map((name) => [name, rowOf(samples, name)])));
  return printVerdicts(names.includes(OURS) ? verdictsOf(samples) : []);
}

function rowOf(samples: readonly Sample[], name: string) {
  const own = samples.filter((sample) => sample.name === name);
  return {
    version: own[0]?.label,
    'tasks/s': Math.round(median(own.map((sample) => sample.tasksPerSecond))),
    'requests/task': rounded(requestsOf(samples, name), 3),
    'client CPU µs/task': rounded(median(own.map((sample) => sample.cpuMicrosPerTask)), 1),
    'CPU ÷ raw SDK': rounded(cpuRatio(samples, name), 2),
  };
}

function verdictsOf(samples: readonly Sample[]): Verdict[] {
  const verdicts = [
    atMost('requests per task', requestsOf(samples, OURS), MAX_REQUESTS_PER_TASK),
    atMost('client CPU over the raw SDK loop, lean', cpuRatio(samples, OURS), MAX_CPU_RATIO),
  ];
  if (!samples.some(({ name }) => name === OURS_BY_SDK)) return verdicts;
  const bySdk = cpuRatio(samples, OURS_BY_SDK);
  return [
    ...verdicts,
    atMost("client CPU over the raw SDK loop, wire: 'sdk'", bySdk, MAX_CPU_RATIO_BY_SDK),
  ];
}

function requestsOf(samples: readonly Sample[], name: string): number {
  const own = samples.filter((sample) => sample.name === name);
  return median(own.map((sample) => sample.requestsPerTask));
}

/** Each round's own ratio, then their median: a busy minute slows both sides of a round. NaN without the raw loop. */
function cpuRatio(samples: readonly Sample[], name: string): number {
  const cpuOf = (who: string, round: number) =>
    samples.find((sample) => sample.name === who && sample.round === round)?.cpuMicrosPerTask ??
    NaN;
  const rounds = [...new Set(samples.map((sample) => sample.round))];
  return median(rounds.map((round) => cpuOf(name, round) / cpuOf(RAW, round)));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
