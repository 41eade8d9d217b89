import { silentLogger, type SqsLogger } from '../../../lib/contracts/index.js';
import { containedLogger } from '../../../lib/primitives/contained-logger.js';

/** What is said as warnings of the process while a test runs. */
function warnings(): string[] {
  const said: string[] = [];
  const spy = vi
    .spyOn(process, 'emitWarning')
    .mockImplementation((text) => void said.push(String(text)));
  onTestFinished(() => spy.mockRestore());
  return said;
}

/** A logger all of whose methods do this. */
function loggerThat(act: () => unknown): SqsLogger {
  return new Proxy(silentLogger, { get: () => act });
}

function useAll(logger: SqsLogger): void {
  logger.debug('a', { n: 1 });
  logger.log('b');
  logger.warn('c', {});
  logger.error('d', {}, new Error('e'));
  logger.payload('f');
  logger.isDebugEnabled();
  logger.isLogEnabled();
}

describe('containedLogger', () => {
  test('lets no logger that throws reach who logs, and says so once', () => {
    const said = warnings();
    const logger = containedLogger(
      loggerThat(() => {
        throw new Error('the disk is full');
      }),
    );
    expect(() => useAll(logger)).not.toThrow();
    expect(said).toEqual([
      'The logger of nestjs-sqs-tasks failed; lines may be missing, and nothing else changes: the disk is full',
    ]);
  });

  test('lets no logger that rejects later end the process, and says so once', async () => {
    const said = warnings();
    const logger = containedLogger(loggerThat(() => Promise.reject(new Error('no network'))));
    useAll(logger);
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toEqual([expect.stringContaining('no network')]);
  });

  test('writes a line whose facts cannot be printed without them', () => {
    const said = warnings();
    const lines: unknown[][] = [];
    const print = (...line: unknown[]): void => void lines.push([JSON.stringify(line)]);
    const logger = containedLogger({ ...silentLogger, log: print, error: print });
    const fact = {
      toJSON() {
        throw new Error('cannot be printed');
      },
    };
    logger.log('Completed task', { fact });
    logger.error('Task failed', {}, fact);
    expect(lines).toEqual([['["Completed task"]'], ['["Task failed"]']]);
    expect(said).toHaveLength(1);
  });

  test('passes everything on, and wraps nothing twice', () => {
    const calls: unknown[][] = [];
    const error = new Error('x');
    const logger = containedLogger({
      ...silentLogger,
      error: (...call) => void calls.push(call),
      isLogEnabled: () => true,
    });
    logger.error('m', { n: 1 }, error);
    expect(calls).toEqual([['m', { n: 1 }, error]]);
    expect(logger.isLogEnabled()).toBe(true);
    expect(logger.isDebugEnabled()).toBe(false);
    expect(containedLogger(logger)).toBe(logger);
  });
});
