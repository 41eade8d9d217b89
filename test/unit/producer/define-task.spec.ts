import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import { InvalidOptionsError, type TaskContract } from '../../../lib/contracts/index.js';
import { defineTask, type Producer } from '../../../lib/producer/index.js';

class EmailDto {
  to!: string;
}

describe('defineTask', () => {
  test('says what a task is called, where it goes and what it looks like', () => {
    const schema = z.string();
    expect(defineTask('p', { queue: 'q', schema })).toEqual({ pattern: 'p', queue: 'q', schema });
    expect(Object.isFrozen(defineTask('p', { queue: 'q' }))).toBe(true);
  });

  test.each([
    ['', 'q'],
    ['p', ''],
  ])('refuses the pattern %j with the queue %j', (pattern, queue) => {
    expect(() => defineTask(pattern, { queue })).toThrow(InvalidOptionsError);
  });

  test('infers what is sent and what the handler gets', () => {
    const schema = z.object({ n: z.string().transform(Number) });
    expectTypeOf(defineTask('p', { queue: 'q', schema })).toEqualTypeOf<
      TaskContract<{ n: string }, { n: number }>
    >();
    expectTypeOf(defineTask('p', { queue: 'q', schema: EmailDto })).toEqualTypeOf<
      TaskContract<EmailDto>
    >();
    expectTypeOf(defineTask<EmailDto>('p', { queue: 'q' })).toEqualTypeOf<TaskContract<EmailDto>>();
  });

  test('lets the compiler refuse data of another shape', () => {
    const task = defineTask('p', { queue: 'q', schema: z.object({ to: z.string() }) });
    const untyped = { queue: 'q', pattern: 'p' };
    const usesOf = (producer: Producer) => [
      () => producer.send(task, { to: 'x' }),
      () => producer.send(untyped, { anything: 1 }),
      // @ts-expect-error: `to` is text
      () => producer.send(task, { to: 5 }),
      // @ts-expect-error: `to` is missing
      () => producer.sendMany(task, [{}]),
      // @ts-expect-error: `to` is missing
      () => producer.bake(task, {}),
      // @ts-expect-error: `to` is text
      () => producer.batch((batch) => batch.add(task, { to: 5 })),
      // @ts-expect-error: a contract cannot be called
      () => task({ to: 'x' }) as unknown,
    ];
    expect(usesOf).toBeInstanceOf(Function);
  });
});
