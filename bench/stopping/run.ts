import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsEmbedded, SqsModule, SqsProducer } from 'nestjs-sqs-tasks';
import { atMost, printVerdicts, type Verdict } from '../verdicts.js';

/**
 * From the second Ctrl-C to the end of `nestjs-sqs work`, with handlers that never end: in one process, in two, and in
 * two whose event loops are blocked, so that only a kill ends them.
 */
@Module({
  imports: [SqsModule.forRoot({ connection: { embedded: true }, queues: ['hanging'] })],
})
class Sender {}

const LIMIT_MS = 1_000;
const RUNS = 5;
const AFTER_FIRST_MS = 500;

const scenarios = [
  { name: 'one process', pattern: 'hangs', processes: 1 },
  { name: 'two processes', pattern: 'hangs', processes: 2 },
  { name: 'two blocked processes', pattern: 'blocks', processes: 2 },
];

Logger.overrideLogger(false);
const verdicts: Verdict[] = [];
for (const { name, pattern, processes } of scenarios) {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await msToEnd(pattern, processes));
  verdicts.push(
    atMost(`${name}: slowest of ${RUNS} ends after`, Math.max(...times), LIMIT_MS, ' ms'),
  );
}
process.exitCode = printVerdicts(verdicts) ? 0 : 1;

async function msToEnd(pattern: string, processes: number): Promise<number> {
  const embedded = await SqsEmbedded.start({ env: {} });
  await send(embedded.endpoint, pattern);
  const command = start(embedded.endpoint, processes);
  await said(command.stdout, /^running/);
  command.kill('SIGINT');
  // Two signals at once are one to the system.
  await pause(AFTER_FIRST_MS);
  const from = performance.now();
  command.kill('SIGINT');
  await once(command, 'exit');
  const ms = performance.now() - from;
  await embedded.close();
  return ms;
}

async function send(endpoint: string, pattern: string): Promise<void> {
  process.env['SQS_EMBEDDED_URL'] = endpoint;
  const app = await NestFactory.createApplicationContext(Sender);
  const tasks = Array.from({ length: 100 }, (_, n) => n);
  await app.get(SqsProducer).sendMany({ queue: 'hanging', pattern }, tasks);
  await app.close();
}

function start(endpoint: string, processes: number) {
  const bin = new URL('../../dist/bin.js', import.meta.url);
  const app = fileURLToPath(new URL('./app.js', import.meta.url));
  const args = ['work', '--app', app, '--queue', 'hanging', '--processes', String(processes)];
  return spawn(process.execPath, [fileURLToPath(bin), ...args, '--log-level', 'error'], {
    env: { ...process.env, SQS_EMBEDDED_URL: endpoint },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Reads on, so that the command is never held up by its output. */
function said(output: NodeJS.ReadableStream, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      if (pattern.test(line)) resolve();
    });
  });
}
