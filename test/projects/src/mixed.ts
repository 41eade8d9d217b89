import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as ours from 'nestjs-sqs-tasks';
import * as testing from 'nestjs-sqs-tasks/testing';

/** An ES module app beside a CommonJS library that requires ours: there is one copy of each class. */
const require = createRequire(import.meta.url);
const theirs = require('nestjs-sqs-tasks') as typeof ours;
const theirTesting = require('nestjs-sqs-tasks/testing') as typeof testing;

@Controller()
class Sender {
  constructor(readonly sqs: ours.SqsProducer) {}
}

@Module({
  imports: [theirs.SqsModule.forRoot({ connection: { embedded: true } })],
  controllers: [Sender],
})
class MixedModule {}

const app = await NestFactory.createApplicationContext(MixedModule, { logger: false });
console.log('injected across:', app.get(Sender).sqs instanceof theirs.SqsProducer);
await app.close();
const differing = [
  ...Object.keys(ours).filter((name) => Reflect.get(ours, name) !== Reflect.get(theirs, name)),
  ...Object.keys(testing).filter(
    (name) => Reflect.get(testing, name) !== Reflect.get(theirTesting, name),
  ),
];
const missing = Object.keys(theirs).filter((name) => !(name in ours));
console.log('differing:', differing.join() || 'none', '- missing:', missing.join() || 'none');
