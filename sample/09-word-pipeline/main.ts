import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsEmbedded, SqsPipelines, sqsWorker } from 'nestjs-sqs-tasks';
import { follow } from './follow.js';
import { WordsModule } from './words.module.js';
import { SHORT_WORD_COUNT, type Counted } from './words.pipeline.js';

const MAX_SIZE = 7;
/** Nobody has to watch: what hangs is ended, and the exit code says so. */
const TIME_LIMIT_MS = 60_000;

/** All stages here. */
async function inOneProcess(): Promise<string[]> {
  const app = await NestFactory.createMicroservice(
    WordsModule,
    sqsWorker({ stages: ['words', { stage: 'words.generate', args: [MAX_SIZE] }] }),
  );
  const counted = follow<Counted>(app.get(SqsPipelines), 'words.count', SHORT_WORD_COUNT);
  await app.listen();
  const lines = linesOf(await counted);
  await app.close();
  return lines;
}

/** Each stage in a process of its own, on this machine or on any other. */
async function inThreeProcesses(): Promise<string[]> {
  const counting = start('words.count');
  const others = [start('words.reduce'), start('words.generate', MAX_SIZE)];
  const [counted] = (await once(counting, 'message')) as [Counted[]];
  for (const child of [counting, ...others]) {
    const exit = once(child, 'exit');
    child.disconnect();
    const [code] = (await exit) as [number | null];
    if (code !== 0) throw new Error(`A stage ended with ${code}`);
  }
  return linesOf(counted);
}

function start(stage: string, ...args: number[]) {
  return fork(new URL('./stage.js', import.meta.url), [stage, ...args.map(String)], {
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    timeout: TIME_LIMIT_MS,
  });
}

function linesOf(counted: readonly Counted[]): string[] {
  return counted.map(([word, count]) => `${word} -> ${count}`).toSorted();
}

// This sample needs no dead-letter queues, and hears nothing of them.
Logger.overrideLogger(['error']);
const sqs = await SqsEmbedded.start();
// Every `embedded: true` from here on, also in other processes, means this one.
process.env['SQS_EMBEDDED_URL'] = sqs.endpoint;

const one = await inOneProcess();
for (const line of one) console.log(line);
const three = await inThreeProcesses();
console.log(`three processes say ${one.join() === three.join() ? 'the same' : three.join()}`);
await sqs.close();
