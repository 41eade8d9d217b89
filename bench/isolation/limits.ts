import type { IsolateOptions } from 'nestjs-sqs-tasks';
import { ChildService } from '../child-service.js';
import { atMost, printVerdicts, type Verdict } from '../verdicts.js';
import { actsFile, nextEnds, startApp } from './app.js';
import type { Act } from './acts.js';

/**
 * An endless loop with a hard limit of one second ends within 1.3, is retried by policy, and the next task is handled:
 * JavaScript in a thread and in a process, native code in a process.
 */
const HARD_MS = 1_000;
const MAX_MS = 1_300;

async function main(): Promise<void> {
  const service = await ChildService.start('memory');
  const verdicts = [
    ...(await endless(service, 'thread', 'loop')),
    ...(await endless(service, 'process', 'loop')),
    ...(await endless(service, 'process', 'nativeLoop')),
  ];
  await service.end();
  process.exitCode = printVerdicts(verdicts) ? 0 : 1;
}

async function endless(
  service: ChildService,
  runtime: IsolateOptions['runtime'],
  act: Act['act'],
): Promise<Verdict[]> {
  const isolate = { runtime, file: actsFile, size: 1 };
  const connection = service.connection();
  const app = await startApp({ connection, task: { isolate, hardTimeoutMs: HARD_MS } });
  const nextEnd = nextEnds(app);
  // The first one pays for the start of the member.
  await app.send({ act: 'nothing' });
  await nextEnd();

  await app.send({ act });
  const first = await nextEnd();
  await app.send({ act: 'echo', n: 7 });
  const ends = [await nextEnd(), await nextEnd()];
  // What is retried for ever is ended with the app.
  await app.app.close();

  const again = ends.some((end) => end.delivery.message.id === first.delivery.message.id);
  const served = ends.some(({ outcome }) => outcome.kind === 'success' && outcome.value === 7);
  const name = `${act} in a ${runtime}`;
  return [
    atMost(`${name} ended after`, first.durationMs, MAX_MS, ' ms'),
    { held: again, text: `${name} was retried by policy` },
    { held: served, text: `the task behind ${name} was handled` },
  ];
}

await main();
