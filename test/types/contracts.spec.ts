import { Payload } from '@nestjs/microservices';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import {
  defineTask,
  SqsTask,
  type SqsProducer,
  type TaskInput,
  type TaskPayload,
} from '../../lib/index.js';

const resize = defineTask('resize', {
  queue: 'images',
  schema: z.object({ width: z.string().transform(Number) }),
});
const greet = defineTask<{ name: string }>('greet', { queue: 'hello' });

const usesOf = (sqs: SqsProducer) => [
  () => sqs.send(resize, { width: '1' }),
  () => sqs.sendMany(greet, [{ name: 'Ada' }]),
  () => sqs.bake(greet, { name: 'Ada' }),
  () => sqs.runLocal(greet, { name: 'Ada' }),
  () => sqs.batch((batch) => batch.add(greet, { name: 'Ada' })),
  () => sqs.send({ queue: 'q', pattern: 'p' }, 'anything'),
  () => sqs.send(greet, { name: 'Ada' }, { priority: 2 }),
  () => sqs.send(greet, { name: 'Ada' }, { priority: 'inherit' }),
  () => sqs.send(greet, { name: 'Ada' }, { priority: ({ name }: { name: string }) => name.length }),
  () => sqs.send(greet, { name: 'Ada' }, { priority: () => 1 }),
  // @ts-expect-error: a priority is a number, a function of the data, or inherited
  () => sqs.send(greet, { name: 'Ada' }, { priority: 'high' }),
  // @ts-expect-error: the function answers a number
  () => sqs.send(greet, { name: 'Ada' }, { priority: () => 'high' }),
  // @ts-expect-error: what is sent is text
  () => sqs.send(resize, { width: 1 }),
  // @ts-expect-error: `name` is missing
  () => sqs.sendMany(greet, [{}]),
  // @ts-expect-error: `name` is missing
  () => sqs.bake(greet, {}),
  // @ts-expect-error: `name` is text
  () => sqs.runLocal(greet, { name: 1 }),
  // @ts-expect-error: `name` is text
  () => sqs.batch((batch) => batch.add(greet, { name: 1 })),
  // @ts-expect-error: delays are seconds, as a number
  () => sqs.send(greet, { name: 'Ada' }, { delaySeconds: '5' }),
  // @ts-expect-error: there is no such option
  () => sqs.send(greet, { name: 'Ada' }, { delaySecond: 5 }),
  // @ts-expect-error: a contract cannot be called
  () => greet({ name: 'Ada' }) as unknown,
];

// The compiler is the test: each line marked as an error must be one, and no other may be.
describe('The types of a contract', () => {
  test('tell what is sent and what the handler gets', () => {
    expectTypeOf<TaskInput<typeof resize>>().toEqualTypeOf<{ width: string }>();
    expectTypeOf<TaskPayload<typeof resize>>().toEqualTypeOf<{ width: number }>();
    expectTypeOf<TaskPayload<typeof greet>>().toEqualTypeOf<{ name: string }>();
    class Images {
      @SqsTask(resize)
      resize(@Payload() { width }: TaskPayload<typeof resize>): number {
        expectTypeOf(width).toEqualTypeOf<number>();
        // @ts-expect-error: the schema makes no height
        expectTypeOf<TaskPayload<typeof resize>['height']>();
        return width;
      }
    }
    expect(new Images().resize({ width: 2 })).toBe(2);
  });

  test('hold for every way to send through the injected producer', () => {
    expect(usesOf).toBeInstanceOf(Function);
  });
});
