import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ServerSqs, SqsRawTask, SqsTask } from '../../../lib/index.js';
import type { IsolateOptions } from '../../../lib/index.js';
import { cannotLoad } from '../../../lib/features/isolation/load-tinypool.js';
import { IsolatedRunner } from '../../../lib/features/isolation/isolated-runner.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { systemClock } from '../../../lib/primitives/system-clock.js';
import { Test } from '@nestjs/testing';
import { closeApps } from '../support/memory-app.js';
import { actor } from './actor.js';
import { inFile, inModule } from './fixtures/members.js';
import { isolationApp } from './support.js';

afterEach(closeApps);

const here = new URL(import.meta.url);

function problemWith(isolate: object, more: object = {}): string {
  try {
    SqsTask('x', { isolate: isolate as IsolateOptions, ...more });
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the options of an isolated task', () => {
  test.each([
    [{ runtime: 'thread', file: here, sise: 2 }, 'Unknown option isolate.sise; did you mean size?'],
    [
      { runtime: 'thread', file: here, module: here },
      'Expected isolate.file to be left out where module is given',
    ],
    [{ runtime: 'thread' }, 'Expected isolate.file to be given where module is not, got nothing'],
    [{ file: here }, 'Expected isolate.runtime to be one of "thread", "process", got nothing'],
    [
      { runtime: 'fiber', file: here },
      'Expected isolate.runtime to be one of "thread", "process", got "fiber"',
    ],
    [
      { runtime: 'thread', file: './train.js' },
      'Expected isolate.file to be a file URL such as new URL(\'./train.js\', import.meta.url), or an absolute path, got "./train.js"',
    ],
    [
      { runtime: 'thread', module: () => import('./support.js') },
      'or an absolute path, got a function',
    ],
    [
      { runtime: 'thread', file: '/nowhere/train.js' },
      'Expected isolate.file to be a file that exists, got "/nowhere/train.js"',
    ],
    [
      { runtime: 'thread', file: here, size: 0 },
      'Expected isolate.size to be an integer from 1 to 1000, got 0',
    ],
  ])('that cannot be are told when the handler is declared: %o', (isolate, problem) => {
    expect(problemWith(isolate)).toContain(problem);
  });

  test('of its time are checked too', () => {
    const isolate = { runtime: 'thread', file: here };

    expect(problemWith(isolate, { hardTimeoutMs: 43_200_001 })).toContain(
      'Expected hardTimeoutMs to be an integer from 1 to 43200000, got 43200001',
    );
    expect(problemWith(isolate, { isAlive: true })).toContain(
      'Expected isAlive to be a function that answers true while the task is alive, got true',
    );
    expect(() => SqsRawTask({ queue: 'q', hardTimeoutMs: 1_000 })).not.toThrow();
    expect(() => SqsRawTask({ queue: 'q', isolate } as never)).toThrow('Unknown option isolate');
  });
});

describe('an isolated task that cannot start', { timeout: 60_000 }, () => {
  test('names the package that is missing', () => {
    const code = 'ERR_MODULE_NOT_FOUND';
    const cause = Object.assign(new Error("Cannot find package 'tinypool' imported from"), {
      code,
    });

    expect(cannotLoad(cause)).toMatchObject({
      name: 'MissingPackageError',
      message:
        '@SqsTask({ isolate }) needs the package "tinypool", which is not installed. Install it: npm install tinypool',
    });
    expect(cannotLoad(new Error('other'))).toMatchObject({ message: 'other' });
  });

  test('fails before the first task where its pool cannot be loaded', async () => {
    const missing = new Error('not installed');
    const load = () => Promise.reject(missing);
    const logger = new RecordingLogger();
    const runner = new IsolatedRunner({ clock: systemClock, logger, load });

    await expect(runner.prepare(inFile('thread'))).rejects.toThrow('not installed');
  });

  test('is refused in a ServerSqs made by hand', async () => {
    const Actor = actor({ isolate: inFile('thread') });
    const testing = await Test.createTestingModule({ controllers: [Actor] }).compile();
    const strategy = new ServerSqs({ connection: { embedded: true }, queues: ['jobs'] });
    const app = testing.createNestMicroservice({ strategy, logger: false });

    await expect(app.listen()).rejects.toThrow('needs an app with SqsModule.forRoot()');
    await app.close();
  });

  test.each([
    [
      'a file without a default export',
      inFile('thread', { file: new URL('./fixtures/members.ts', here) }),
      'should export a function as "default", but exports "inFile", "inModule"',
    ],
    [
      'a module file without a module',
      inModule('thread', { module: new URL('./fixtures/acts.ts', here) }),
      'exports no Nest module; say which with isolate.export',
    ],
    [
      'flags that Node does not know',
      inFile('process', { execArgv: ['--no-such-flag'] }),
      'its member ended before it could take the task',
    ],
    [
      'flags that a thread cannot have',
      inFile('thread', { execArgv: ['--max-old-space-size=1'] }),
      'no member could be started',
    ],
  ])('says why, and fails its delivery alone: %s', async (_what, isolate, problem) => {
    const app = await isolationApp({ controllers: [actor({ isolate })] });

    const { error } = (await app.act({ act: 'echo' })) as { error: Error };

    expect(error).toMatchObject({ name: 'MemberStartError' });
    expect(error.message).toContain(problem);
  });

  test('says what of its arguments cannot cross', async () => {
    const withFunction = { transform: (value: object) => ({ ...value, onDone: () => 1 }) };
    @Controller()
    class Piped {
      @SqsTask('act', { isolate: inFile('thread') })
      act(@Payload(withFunction) _data: object): void {}
    }
    const app = await isolationApp({ controllers: [Piped] });

    const { error } = (await app.act({ act: 'echo' })) as { error: Error };

    expect(error).toMatchObject({ name: 'CannotCrossError' });
    expect(error.message).toContain('cannot carry argument 1 of Piped.act.onDone (a function)');
  });
});
