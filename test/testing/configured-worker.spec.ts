import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleLogger, Controller, Inject, Logger, Module } from '@nestjs/common';
import type { INestMicroservice } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  discard,
  RetryTaskError,
  SQS_WORKER_OPTIONS,
  SqsModule,
  SqsProducer,
  SqsTask,
  zcSqs,
} from '../../lib/index.js';
import type { PythonArguments } from '../../lib/index.js';
import { SqsHarness, startConfiguredWorker } from '../../lib/testing/index.js';
import type { ConfiguredWorkerOptions } from '../../lib/testing/index.js';

const sums: number[] = [];

@Controller()
class Adder {
  constructor(@Inject(SQS_WORKER_OPTIONS) private readonly options: { scale?: string }) {}

  @SqsTask('adder', { queue: 'adder', onError: discard() })
  add(@Payload() { args: [a, b, x] }: PythonArguments): void {
    if (x === 'later') throw new RetryTaskError({ delaySeconds: 900 });
    if (typeof x !== 'number') throw new TypeError('x is no number');
    sums.push(Number(this.options.scale) * (Number(a) + Number(b) + x));
  }
}

@Module({
  imports: [
    SqsModule.forRoot({
      connection: { region: 'eu-west-1' },
      queues: [{ name: 'adder', format: zcSqs() }],
    }),
  ],
  controllers: [Adder],
})
class ScaledAdder {}

const container = (worker: string) => `[container]
worker = ${worker}
queue = adder
region = us-west-2
poll = .5
loggers =
    <logger>
      level INFO
      propagate false
      name zc.sqs.messages
      <logfile>
        path messages.log
        format %(message)s
      </logfile>
    </logger>

[worker]
scale = 2
`;

describe('startConfiguredWorker()', () => {
  let cwd: string;
  let app: INestMicroservice | undefined;

  beforeEach(() => {
    sums.length = 0;
    Logger.overrideLogger(false);
    cwd = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'));
  });

  afterEach(async () => {
    await app?.close();
    app = undefined;
    Logger.overrideLogger(new ConsoleLogger());
    rmSync(cwd, { recursive: true, force: true });
  });

  const start = async (text: string, options: ConfiguredWorkerOptions = {}) => {
    writeFileSync(join(cwd, 'worker.ini'), text);
    app = await startConfiguredWorker('worker.ini', { cwd, ...options });
    const [sqs, harness] = [app.get(SqsProducer), app.get(SqsHarness)];
    const add = async (...args: unknown[]) => {
      await sqs.send({ queue: 'adder', pattern: 'adder' }, { args, kwargs: {} });
      await harness.flush();
    };
    return { add, harness, app };
  };

  test('runs zc.sqs’s container in a test: its worker is wired to a queue in memory', async () => {
    const { add, harness } = await start(container('not.there:at_all'), { app: ScaledAdder });
    await add(1, 2, 3);
    expect(sums).toEqual([12]);
    await add(1, 2, 'later');
    expect(harness.messages('adder')).toHaveLength(1);
    await add(1, 2, '');

    expect(readFileSync(join(cwd, 'messages.log'), 'utf8')).toBe('[[1,2,""],{}]\n');
    expect(harness.handled().map(({ outcome }) => outcome.kind)).toEqual([
      'success',
      'retry',
      'discard',
    ]);
  });

  test('gives the section of the worker to a function that answers the app', async () => {
    const told: unknown[] = [];
    const factory = (options: Record<string, unknown>) => (told.push(options), ScaledAdder);
    const { add } = await start(container('a:b'), { app: factory });
    await add(1, 2, 3);

    expect(told).toEqual([{ scale: '2' }]);
    expect(sums).toEqual([12]);
  });

  test('loads the app that the file names, from the folder that is given', async () => {
    const file = new URL('../nest/fixtures/cli/kinds.app.ts', import.meta.url).pathname;
    const text = `[container]\nworker = ${file}:AppModule\nqueue = scales\n[worker]\nscale = 3\n`;
    const { app: worker, harness } = await start(text);
    await worker.get(SqsProducer).send({ queue: 'scales', pattern: 'scale' }, 2);
    await harness.flush();

    expect(harness.handled()).toMatchObject([{ queue: 'scales', outcome: { kind: 'success' } }]);
  });

  test('takes the switches of a test', async () => {
    const lines: string[] = [];
    const echo = (line: string) => void lines.push(line);
    const { add } = await start(container('a:b'), { app: ScaledAdder, echo });
    await add(1, 2, 3);

    expect(lines).toHaveLength(2);
  });

  test.each([
    ['a file that is not there', 'no.ini', {}, 'The configuration file "no.ini" cannot be used'],
    ['an app that is not there', 'a.ini', {}, 'There is no app "not.there:at_all"'],
    [
      'an app that was made already',
      'a.ini',
      { app: () => ({ get: () => {}, close: () => {} }) },
      'got an app that was made already',
    ],
  ])('refuses %s', async (_what, file, options, message) => {
    writeFileSync(join(cwd, 'a.ini'), container('not.there:at_all'));

    await expect(startConfiguredWorker(file, { cwd, ...options })).rejects.toThrow(message);
  });
});
