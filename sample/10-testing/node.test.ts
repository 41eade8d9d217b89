import 'reflect-metadata';
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { SqsHarness, SqsTestingModule } from 'nestjs-sqs-tasks/testing';
import { Adder, WebModule, WorkerModule } from './app.module.js';
import { add } from './tasks.js';

// The same kit under Node's own test runner: nothing in it belongs to one framework.

let app: TestingModule;

afterEach(() => app.close());

void test('sends what it should, and says so readably where it does not', async () => {
  const imports = [WebModule, WorkerModule, SqsTestingModule.forRoot()];
  app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  const harness = app.get(SqsHarness);

  await app.get(Adder).addAll([[1, 2]]);

  harness.expectSent(add, { a: 1, b: 2, x: 0 });
  assert.throws(() => harness.expectSent(add, { a: 1, b: 3, x: 0 }), /b: expected 3, got 2/);
  const { succeeded } = await harness.processBatch('adder');
  assert.equal(succeeded.length, 1);
  assert.deepEqual(harness.sent('reports')[0]?.data, { sum: 6 });
});
