import { z } from 'zod';
import { InvalidOptionsError, type ProducerOptions } from '../../../../lib/contracts/index.js';
import {
  moduleSchema,
  option,
  producerSchema,
  queueSchema,
  required,
  schemaOf,
  validateOptions,
  workerSchema,
} from '../../../../lib/contracts/options/schema/index.js';

function problemsOf(schema: () => z.ZodType, value: unknown): readonly string[] {
  try {
    validateOptions('here', schema, value);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems;
    throw error;
  }
  return [];
}

describe('validateOptions', () => {
  test('says what was expected and what came', () => {
    expect(problemsOf(workerSchema, { concurrency: 'ten' })).toEqual([
      'Expected concurrency to be an integer from 1 to 10000, got "ten"',
    ]);
  });

  test('suggests the option that was meant', () => {
    expect(problemsOf(workerSchema, { concurency: 10 })).toEqual([
      'Unknown option concurency; did you mean concurrency?',
    ]);
  });

  test('suggests nothing where nothing is near', () => {
    expect(problemsOf(workerSchema, { zzz: 10 })).toEqual(['Unknown option zzz']);
  });

  test('tells every problem at once, with the path to each', () => {
    const value = {
      queues: [
        'emails',
        { name: 'orders', visibilityTimeout: 3, deadLetter: { queue: 'dead', maxReceiveCount: 0 } },
        { name: 'jobs', deadLetter: { queue: 'dead', maxReceive: 2 } },
        7,
        { visibilityTimeoutSeconds: 1 },
      ],
      onMissingQueue: 'wiat',
    };
    expect(problemsOf(moduleSchema, value)).toEqual([
      'Expected queues[1].deadLetter.maxReceiveCount to be an integer from 1 to 1000, got 0',
      'Unknown option queues[1].visibilityTimeout; did you mean visibilityTimeoutSeconds?',
      'Unknown option queues[2].deadLetter.maxReceive; did you mean maxReceiveCount?',
      'Expected queues[3] to be a queue name, or an object with name, got 7',
      expect.stringMatching(/^Expected queues\[4\]\.name to be a queue's name .* got nothing$/),
      'Expected queues[4].visibilityTimeoutSeconds to be an integer from 2 to 43200, got 1',
      'Expected onMissingQueue to be one of "error", "create", "wait", got "wiat"',
    ]);
  });

  test.each([null, Number.NaN, 1.5, Infinity, '5', 0, 10_001, true, {}, []])(
    'refuses %s as a concurrency',
    (concurrency) => {
      expect(problemsOf(workerSchema, { concurrency })).toHaveLength(1);
    },
  );

  test('takes an option that is undefined as left out', () => {
    expect(problemsOf(workerSchema, { concurrency: undefined })).toEqual([]);
  });

  test('refuses what is no object', () => {
    expect(problemsOf(producerSchema, 'fast')).toEqual([
      'Expected the options to be an object, got "fast"',
    ]);
  });

  test('answers the very object it was given', () => {
    const options = { producer: {} };
    expect(validateOptions('here', moduleSchema, options)).toBe(options);
  });

  test('names the place in its message', () => {
    expect(() => validateOptions('sqsWorker()', workerSchema, { ack: 'never' })).toThrow(
      'Invalid options for sqsWorker(): Expected ack to be one of "after", "before", "manual", got "never"',
    );
  });

  test('never repeats what a connection holds', () => {
    const secret = 'wJalrXUtnFEMI';
    const values = [
      { connection: secret },
      { connections: secret },
      { connections: [secret] },
      { connection: { region: 5, credentials: { secretAccessKey: secret } }, conection: secret },
    ];
    for (const value of values) {
      const problems = problemsOf(moduleSchema, value);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.join()).not.toContain(secret);
    }
  });

  test('hides what lies inside a secret option', () => {
    const facts = { expected: 'an object', description: '', isSecret: true };
    const key = required(z.string(), { expected: 'text', description: '' });
    const schema = z.strictObject({ connection: option(z.strictObject({ key }), facts) });
    expect(problemsOf(() => schema, { connection: { key: 12_345 } })).toEqual([
      'Expected connection.key to be text, got a number',
    ]);
  });

  test('checks what a feature adds to the options, described or not', () => {
    const tunnels = z.array(z.string()).optional();
    const schema = workerSchema().extend({ tunnels });
    expect(problemsOf(() => schema, { tunels: [], tunnels: [1] })).toEqual([
      expect.stringMatching(/^Option tunnels\[0\]: .*expected string/),
      'Unknown option tunels; did you mean tunnels?',
    ]);
  });

  test('shortens long values', () => {
    const [problem] = problemsOf(workerSchema, { concurrency: 'x'.repeat(1_000) });
    expect(problem?.length).toBeLessThan(200);
  });

  test('quotes keys that are no names', () => {
    expect(problemsOf(queueSchema, { name: 'jobs', tags: { 'cost center': 5 } })).toEqual([
      'Expected tags["cost center"] to be text, got 5',
    ]);
  });
});

describe('the rules of a queue', () => {
  test.each([
    'emails',
    'orders.fifo',
    'https://sqs.eu-west-1.amazonaws.com/1/a',
    'arn:aws:sqs:a:1:b',
  ])('takes %s as its name', (name) => expect(problemsOf(queueSchema, { name })).toEqual([]));

  test.each(['', 'two words', 'a.b', 'x'.repeat(81)])('refuses "%s" as its name', (name) => {
    expect(problemsOf(queueSchema, { name })).toHaveLength(1);
  });

  test('refuses more levels than sixteen, and fewer than one', () => {
    expect(problemsOf(queueSchema, { name: 'jobs', priorities: 16 })).toEqual([]);
    for (const priorities of [0, 17, 2.5]) {
      expect(problemsOf(queueSchema, { name: 'jobs', priorities })).toEqual([
        `Expected priorities to be an integer from 1 to 16, got ${priorities}`,
      ]);
    }
  });

  test('keeps room in the name for the names of its levels', () => {
    const name = `${'x'.repeat(71)}.fifo`;
    expect(problemsOf(queueSchema, { name, priorities: 1 })).toEqual([]);
    expect(problemsOf(queueSchema, { name, priorities: 10 })).toEqual([]);
    expect(problemsOf(queueSchema, { name, priorities: 11 })).toEqual([
      expect.stringMatching(/^Expected name to be short enough for .* level 10, --p10 included/),
    ]);
  });

  test('asks for a dead-letter queue of the same type', () => {
    const value = { name: 'orders.fifo', deadLetter: { queue: 'dead' } };
    expect(problemsOf(queueSchema, value)).toEqual([
      'Expected deadLetter.queue to be a FIFO queue, as its source is, got "dead"',
    ]);
    const other = { name: 'orders', deadLetter: { queue: 'dead.fifo' } };
    expect(problemsOf(queueSchema, other)).toEqual([
      'Expected deadLetter.queue to be a standard queue, as its source is, got "dead.fifo"',
    ]);
  });

  test('keeps FIFO options to FIFO queues', () => {
    const value = { queues: [{ name: 'orders', contentBasedDeduplication: true }] };
    expect(problemsOf(moduleSchema, value)).toEqual([
      'Expected queues[0].contentBasedDeduplication to be left out: only a FIFO queue, named ….fifo, has it, got true',
    ]);
  });
});

describe('policies as options', () => {
  test('refuses crash() for messages that no handler has met', () => {
    expect(problemsOf(workerSchema, { onUnknownTask: { kind: 'crash' } })).toEqual([
      'Expected onUnknownTask to be an outcome policy (retry(…), discard(), deadLetter()), got an object',
    ]);
  });

  test('refuses a policy that was not called', () => {
    expect(problemsOf(workerSchema, { onError: () => undefined, stopWhen: 'idle' })).toEqual([
      expect.stringContaining('Expected stopWhen to be a stop policy'),
      'Expected onError to be an outcome policy (retry(…), discard(), deadLetter(), crash()), got a function',
    ]);
  });

  test('takes a stop policy of the user', () => {
    const stopWhen = { start: () => ({ shouldStop: () => true }) };
    expect(problemsOf(workerSchema, { stopWhen })).toEqual([]);
  });

  test('takes interceptors as instances and as classes', () => {
    class Timing {
      intercept() {}
    }
    expect(problemsOf(moduleSchema, { sendInterceptors: [Timing, new Timing()] })).toEqual([]);
    expect(problemsOf(moduleSchema, { sendInterceptors: [{}] })).toHaveLength(1);
  });
});

describe('schemaOf', () => {
  test('does not compile where schema and type differ', () => {
    const schema = schemaOf<ProducerOptions>();
    // @ts-expect-error an option is missing
    schema(() => ({ codec: z.string().optional() }));
    // @ts-expect-error the type is wider than the schema
    schemaOf<{ ack?: 'a' | 'b' }>()(() => ({ ack: z.literal('a').optional() }));
    // @ts-expect-error the schema is wider than the type
    schemaOf<{ ack?: 'a' }>()(() => ({ ack: z.string().optional() }));
    // @ts-expect-error the type has no such option
    schemaOf<{ ack?: 'a' }>()(() => ({ ack: z.literal('a').optional(), other: z.string() }));
    expect(
      schemaOf<{ ack?: 'a' }>()(() => ({ ack: z.literal('a').optional() }))().shape,
    ).toHaveProperty('ack');
  });
});

describe('the levels that a worker takes', () => {
  test.each(['strict', 'weighted', { weights: [1, 0.5] }])('go in the order %j', (priorityOrder) =>
    expect(problemsOf(workerSchema, { priorityOrder })).toEqual([]),
  );

  test.each(['loose', { weights: [] }, { weights: [1, 0] }, { weights: ['1'] }, [1, 2]])(
    'go in no order %j',
    (priorityOrder) =>
      expect(problemsOf(workerSchema, { priorityOrder })).toEqual([
        expect.stringMatching(/^Expected priorityOrder to be 'strict', 'weighted' or/),
      ]),
  );

  test('are at least one', () => {
    const window = { minPriority: 2, maxPriority: 2 };
    expect(problemsOf(workerSchema, { ...window, queues: [{ name: 'jobs', ...window }] })).toEqual(
      [],
    );
    expect(
      problemsOf(workerSchema, { queues: [{ name: 'jobs', minPriority: 2, maxPriority: 1 }] }),
    ).toEqual([
      'Expected queues[0].maxPriority to be at least minPriority (2), or no level is left, got 1',
    ]);
  });
});
