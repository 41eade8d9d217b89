import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsEmbedded, SqsModule, SqsProducer, zcSqs } from 'nestjs-sqs-tasks';
import { Command } from '../command.js';

/** The document's file; its worker is the compiled module beside this file. */
const ini = `[container]
worker = ${fileURLToPath(new URL('./adder.js', import.meta.url))}:ScaledAdder
queue = adder
poll = 1
loggers =
    <logger>
      level INFO
      <logfile>
        path STDOUT
        format %(levelname)s %(name)s %(message)s
      </logfile>
    </logger>
    <logger>
      level INFO
      propagate false
      name zc.sqs.messages
      <logfile>
        path messages.log
        format %(message)s
      </logfile>
    </logger>

[worker]
scale = 2
`;

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'adder', format: zcSqs(), deadLetter: { queue: 'adder-dead' } }],
    }),
  ],
})
class Sender {}

Logger.overrideLogger(false);
const embedded = await SqsEmbedded.start();
process.env['SQS_EMBEDDED_URL'] = embedded.endpoint;
const sender = await NestFactory.createApplicationContext(Sender);
const adder = (...args: unknown[]) =>
  sender.get(SqsProducer).send({ queue: 'adder', pattern: 'adder' }, { args, kwargs: {} });

const folder = mkdtempSync(join(tmpdir(), 'zc-container-'));
try {
  writeFileSync(join(folder, 'ini'), ini);
  const container = new Command(pathToFileURL(`${folder}/`), ['work', 'ini', '--max-tasks', '3']);
  await container.said(/^Running/);
  console.log((await container.said(/^Connected/))[0]);

  await adder(1, 2, 3);
  console.log((await container.said(/^\d/))[0]);
  await adder(1, 2, 'later');
  console.log((await container.said(/^not now/))[0]);
  await adder(1, 2, '');
  const [error = ''] = await container.said(/^ERROR/);
  console.log(error.replace(/ \S+=.*$/, ''));
  const [reason] = await container.said(/^TypeError/);
  console.log(reason);
  console.log(`the container ended with ${String(await container.end())}`);
  console.log(`messages.log: ${readFileSync(join(folder, 'messages.log'), 'utf8').trim()}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
await sender.close();
await embedded.close();
