import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SqsPipelines, sqsWorker } from 'nestjs-sqs-tasks';
import { follow } from './follow.js';
import { WordsModule } from './words.module.js';
import { SHORT_WORD_COUNT } from './words.pipeline.js';

// One stage in a process of its own: node stage.js words.reduce
const [stage = '', ...args] = process.argv.slice(2);
// This sample needs no dead-letter queues, and says nothing of them.
Logger.overrideLogger(['error']);

const app = await NestFactory.createMicroservice(
  WordsModule,
  sqsWorker({ stages: [{ stage, args: args.map(Number) }] }),
);
const outputs = follow(app.get(SqsPipelines), stage, SHORT_WORD_COUNT);
await app.listen();
process.send?.(await outputs);
// Its launcher lets go of it.
process.once('disconnect', () => void app.close());
