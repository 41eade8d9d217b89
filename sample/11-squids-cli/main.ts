import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsEmbedded, SqsModule, SqsProducer, squids } from 'nestjs-sqs-tasks';
import { Command } from '../command.js';

/** The sender: `email_customer.send(…)` and `email_customer.send_job(…, options={"DelaySeconds": …})` of the guide. */
@Module({
  imports: [
    SqsModule.forRoot({
      connection: { embedded: true },
      queues: [{ name: 'emails', format: squids(), deadLetter: { queue: 'emails-dead' } }],
    }),
  ],
})
class Sender {}

Logger.overrideLogger(false);
const embedded = await SqsEmbedded.start();
process.env['SQS_EMBEDDED_URL'] = embedded.endpoint;
const sender = await NestFactory.createApplicationContext(Sender);
const sqs = sender.get(SqsProducer);
const emailCustomer = { queue: 'emails', pattern: 'tasks.email_customer' };
const mail = { args: ['foo@domain.com', 'bar@domain.com', 'Hello!'], kwargs: {} };
await sqs.send(emailCustomer, mail);
await sqs.send(emailCustomer, mail, { delaySeconds: 1 });

// squids --queue emails --workers 2 --app tasks.app --report-interval 1 --polling-wait-time 1
const flags =
  '--queue emails --workers 2 --app tasks.app --report-interval 1 --polling-wait-time 1';
const squidsCommand = new Command(new URL('./', import.meta.url), [
  'work',
  ...flags.split(' '),
  '--log-level',
  'WARNING',
]);
console.log(`$ nestjs-sqs work ${flags}`);
await squidsCommand.said(/^Running/);
const report = squidsCommand.lines.filter((line) => /^App|^ {2}/.test(line));
for (const line of [...report, 'Running']) console.log(line);
for (const line of await squidsCommand.said(/^\[task\]/, 2)) console.log(line);
console.log((await squidsCommand.said(/^\[stats\]/))[0]);
const code = await squidsCommand.interrupt();
console.log(squidsCommand.lines.at(-1));
console.log(`Ctrl-C: it drained and ended with ${String(code)}`);

// What squids' parser refuses is refused.
const refused = new Command(
  new URL('./', import.meta.url),
  ['work', '--queue', 'emails', '--app', 'tasks.app', '--polling-wait-time', '21'],
  'ignore',
);
console.log(`--polling-wait-time 21 ends with ${String(await refused.end())}`);
await sender.close();
await embedded.close();
