import {
  sns,
  sqspipes,
  sqsWorkers,
  squids,
  taskmaster,
  zcSqs,
} from '../../../lib/serialization/index.js';
import type { MessageFormat } from '../../../lib/contracts/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { setupProducer } from '../../support/producer.js';

const data = { args: [], kwargs: {} };
const withoutContext: [string, MessageFormat][] = [
  ['squids', squids()],
  ['taskmaster', taskmaster()],
  ['sqspipes', sqspipes()],
  ['zc.sqs', zcSqs()],
  ['sns around squids', sns({ format: squids() })],
];
const withoutMeta: [string, MessageFormat][] = [
  ['sqs-workers', sqsWorkers()],
  ['zc.sqs', zcSqs()],
];

function setup(format?: MessageFormat) {
  const logger = new RecordingLogger();
  const handle = format === undefined ? {} : { format };
  return { ...setupProducer({ logger, handles: { jobs: handle, other: handle } }), logger };
}

describe('A task context that a format has no room for', () => {
  test.each(withoutContext)('is said once for each queue: %s', async (_name, format) => {
    const { producer, logger } = setup(format);
    const send = (queue: string, taskContext: object) =>
      producer.send({ queue, pattern: 't' }, data, { taskContext: { ...taskContext } });
    await send('jobs', {});
    expect(logger.at('warn')).toEqual([]);
    await send('jobs', { user: 'ada' });
    await send('jobs', { user: 'bob' });
    await send('other', { user: 'bob' });
    expect(logger.at('warn')).toEqual([
      expect.stringMatching(/^Queue "jobs" has the format ".*", .*no room for a task context/),
      expect.stringMatching(/^Queue "other" has the format/),
    ]);
    expect(logger.lines[0]?.fields).toMatchObject({ queue: 'jobs', keys: ['user'] });
  });

  test('is said where it is that of the running task, too', async () => {
    const logger = new RecordingLogger();
    const { producer } = setupProducer({
      logger,
      taskContext: () => ({ requestId: 'r1' }),
      handles: { jobs: { format: squids() } },
    });
    await producer.send({ queue: 'jobs', pattern: 't' }, data);
    expect(logger.lines[0]?.fields).toMatchObject({ keys: ['requestId'] });
  });

  test('is not said of formats that carry it', async () => {
    for (const format of [undefined, sqsWorkers(), sns()]) {
      const { producer, logger } = setup(format);
      await producer.send({ queue: 'jobs', pattern: 't' }, data, { taskContext: { a: 1 } });
      expect(logger.lines).toEqual([]);
    }
  });
});

describe('The meta of a send', () => {
  test.each(['text', [1]])('is refused where it is no object: %j', async (meta) => {
    const { producer } = setup(squids());
    const sending = producer.send({ queue: 'jobs', pattern: 't' }, data, { meta: meta as never });
    await expect(sending).rejects.toThrow(/Expected meta to be an object/);
  });

  test('is not written where it is empty, as that of a task without any is', async () => {
    const { producer, gateway, logger } = setup();
    await producer.send({ queue: 'jobs', pattern: 't' }, 1, { meta: {} });
    expect(gateway.accepted[0]?.body).toBe('{"pattern":"t","data":1}');
    expect(logger.lines).toEqual([]);
  });
});

describe('A meta that a format has no room for', () => {
  test.each(withoutMeta)('is said once for each queue: %s', async (_name, format) => {
    const { producer, logger } = setup(format);
    const options = { meta: { traceId: 't1' } };
    await producer.send({ queue: 'jobs', pattern: 't' }, data, options);
    await producer.send({ queue: 'jobs', pattern: 't' }, data, options);
    expect(logger.at('warn')).toEqual([expect.stringMatching(/no room for the meta of another/)]);
  });

  test.each([
    ['native', undefined, { pattern: 't', data, meta: { traceId: 't1' } }],
    ['squids', squids(), { task: 't', ...data, traceId: 't1' }],
    ['taskmaster', taskmaster(), { task: 't', kwargs: data, traceId: 't1' }],
    ['sqspipes', sqspipes(), { meta: { priority: 0, traceId: 't1' }, value: data }],
  ])('is written by those that have: %s', async (_name, format, body) => {
    const { producer, logger, gateway } = setup(format);
    await producer.send({ queue: 'jobs', pattern: 't' }, data, { meta: { traceId: 't1' } });
    expect(JSON.parse(gateway.accepted[0]?.body ?? '')).toEqual(body);
    expect(logger.lines).toEqual([]);
  });
});
