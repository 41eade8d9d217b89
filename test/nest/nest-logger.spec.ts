import { NestSqsLogger } from '../../lib/nest/nest-logger.js';
import { RecordingLogger } from './support/recording-logger.js';

function setup() {
  const nest = new RecordingLogger();
  const payloads = new RecordingLogger();
  return {
    nest,
    payloads,
    logger: new NestSqsLogger({ context: 'SqsWorker', logger: nest, payloads }),
  };
}

describe('NestSqsLogger', () => {
  test('gives the facts to Nest as one object, and a bare sentence as text', () => {
    const { nest, logger } = setup();
    logger.log('Completed task', { queue: 'emails' });
    logger.warn('No queue');
    expect(nest.lines.map((line) => line.message)).toEqual([
      { message: 'Completed task', queue: 'emails' },
      'No queue',
    ]);
  });

  test('adds the stack of an error, and leaves it out where there is none', () => {
    const { nest, logger } = setup();
    const error = new Error('no');
    logger.error('Task failed', { queue: 'emails' }, error);
    logger.error('Task failed');
    expect(nest.lines.map((line) => line.context)).toEqual([error.stack, undefined]);
  });

  test('writes payloads to their own logger', () => {
    const { nest, payloads, logger } = setup();
    logger.payload('{"a":1}');
    expect(nest.lines).toEqual([]);
    expect(payloads.lines).toMatchObject([{ message: '{"a":1}' }]);
  });
});
