import type { ConnectedService } from '../../../nest/runtime-parts.js';
import type { WorkSettings } from './settings.js';

/** What handles a queue. */
export interface ServedQueue {
  readonly name: string;
  readonly patterns: readonly string[];
  readonly takesRaw: boolean;
}

/** What a worker is about to run. */
export interface StartReport {
  readonly connections: readonly ConnectedService[];
  readonly queues: readonly ServedQueue[];
}

/** What will run, for whoever started it. */
export function reportLines(settings: WorkSettings, report: StartReport): string[] {
  const { worker } = settings;
  return [
    `App ${settings.app}`,
    ...report.connections.map((one, _, all) => `Connected to ${placeOf(one, all.length === 1)}`),
    ...report.queues.map(queueLine),
    ...(worker.stages === undefined ? [] : [`  stages: ${worker.stages.join(', ')}`]),
    `  ${processesOf(settings)}, ${concurrencyOf(worker.concurrency)}`,
    ...choiceLines(settings),
  ];
}

function placeOf({ name, region, embeddedEndpoint }: ConnectedService, isOnly: boolean): string {
  const inRegion = region === undefined ? 'a queue service without regions' : `region ${region}`;
  const place =
    embeddedEndpoint === undefined ? inRegion : `the embedded SQS at ${embeddedEndpoint}`;
  return isOnly ? place : `${place}, by connection "${name}"`;
}

function queueLine({ name, patterns, takesRaw }: ServedQueue): string {
  const tasks = [...patterns, ...(takesRaw ? ['raw messages'] : [])];
  return `  queue ${name}: ${tasks.length === 0 ? 'nothing handles it' : tasks.join(', ')}`;
}

function processesOf({ processes }: WorkSettings): string {
  return processes === 1 ? '1 process' : `${processes} processes`;
}

function concurrencyOf(concurrency: number | undefined): string {
  if (concurrency === undefined) return 'the default concurrency';
  return concurrency === 1 ? 'one task at a time' : `${concurrency} tasks at a time`;
}

function choiceLines(settings: WorkSettings): string[] {
  const { waitTimeSeconds, visibilityTimeoutSeconds } = settings.worker;
  const chosen: [string, number | undefined][] = [
    ['polling wait time', waitTimeSeconds],
    ['visibility timeout', visibilityTimeoutSeconds],
    ['report interval', inSeconds(settings.reportIntervalMs)],
    ['ends when idle for', settings.idleSeconds],
  ];
  const lines = chosen.flatMap(([what, seconds]) =>
    seconds === undefined ? [] : [`  ${what}: ${seconds} s`],
  );
  const { maxTasks } = settings;
  return maxTasks === undefined ? lines : [...lines, `  ends after: ${maxTasks} tasks a process`];
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
