import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SqsContext, SqsModule, SqsProducer, SqsTask, sqsWorker } from '../../lib/index.js';
import type { PriorityOrder } from '../../lib/index.js';
import { deferred } from '../../lib/primitives/deferred.js';
import { RecordingLogger } from './support/recording-logger.js';
import { closeLater, closeWorkers } from './support/start-worker.js';

afterEach(closeWorkers);

interface Run {
  readonly name: string;
  readonly priorityOrder: PriorityOrder;
  /** Of the three tasks of each level. */
  readonly groups: readonly string[];
}

/** Levels and numbers of three tasks on each of three levels, in the order in which they ran. */
async function runsOf({ name, priorityOrder, groups }: Run): Promise<[number, number][]> {
  const seen: [number, number][] = [];
  const done = deferred();
  @Controller()
  class Jobs {
    @SqsTask('job', { queue: name })
    job(@Payload() data: number, @Ctx() ctx: SqsContext): void {
      seen.push([ctx.priority, data]);
      if (seen.length === 9) done.resolve();
    }
  }
  const queues = [{ name, priorities: 3 }];
  const module = SqsModule.forRoot({ connection: { embedded: true }, queues });
  const testing = await Test.createTestingModule({ imports: [module], controllers: [Jobs] })
    .setLogger(new RecordingLogger())
    .compile();
  const app = testing.createNestMicroservice(sqsWorker({ concurrency: 1, priorityOrder }));
  closeLater(app);
  await app.init();
  const sqs = app.get(SqsProducer);
  for (const priority of [0, 1, 2]) {
    for (const [i, groupId] of groups.entries()) {
      await sqs.send({ queue: name, pattern: 'job' }, i, { priority, groupId });
    }
  }
  await app.listen();
  await done.promise;
  return seen;
}

describe('Priorities on the embedded service', () => {
  test.each(['jobs', 'jobs.fifo'])('of %s are strict', async (name) => {
    // A level whose only group is being worked on has nothing to give, and lower ones go on.
    const groups = ['a', 'b', 'c'];
    const seen = await runsOf({ name, priorityOrder: 'strict', groups });
    expect(seen.map(([level]) => level)).toEqual([2, 2, 2, 1, 1, 1, 0, 0, 0]);
  });

  test('keep a FIFO group in order within its level', async () => {
    const groups = ['one', 'one', 'one'];
    const seen = await runsOf({ name: 'jobs.fifo', priorityOrder: 'weighted', groups });
    for (const level of [0, 1, 2]) {
      const numbers = seen.filter(([own]) => own === level).map(([, number]) => number);
      expect(numbers).toEqual([0, 1, 2]);
    }
  });
});
