import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../../../lib/features/cli/work/settings.js';
import type { WorkFlagValues } from '../../../../lib/features/cli/work/work-flags.js';

describe('readSettings', () => {
  let cwd: string;
  beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'nestjs-sqs-tasks-'))));
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  const read = (flags: WorkFlagValues) => readSettings(flags, { cwd, cpuCount: 6 });
  const file = (name: string, text: string) => writeFileSync(join(cwd, name), text);

  test('needs an app', () => {
    expect(() => read({})).toThrow(/Expected --app path:export/);
  });

  test('completes what was typed, and leaves the rest to the app', () => {
    const { settings } = read({
      app: 'a.js',
      queues: ['q'],
      processes: 'auto',
      drainTimeout: 1.5,
      visibilityTimeout: 45,
      pollingWaitTime: 7,
    });

    expect(settings).toMatchObject({
      app: 'a.js',
      processes: 6,
      worker: {
        queues: ['q'],
        drainTimeoutMs: 1_500,
        visibilityTimeoutSeconds: 45,
        waitTimeSeconds: 7,
      },
      logLevel: 'log',
      chosen: ['--queue', '--polling-wait-time', '--visibility-timeout', '--drain-timeout'],
      workerOptions: {},
    });
    const { processes, worker } = read({ app: 'a.js' }).settings;
    expect({ processes, worker }).toEqual({ processes: 1, worker: {} });
  });

  test('reads zc.sqs’s ini file, whose container runs one task at a time', () => {
    file(
      'ini',
      '[container]\nworker = app.js:scaled\nqueue = adder\nregion = us-west-2\npoll = 2.5\n[worker]\nScale = 2\n',
    );
    const { settings, warnings } = read({ config: 'ini' });

    expect(settings).toMatchObject({
      app: 'app.js:scaled',
      region: 'us-west-2',
      worker: { queues: ['adder'], waitTimeSeconds: 3, concurrency: 1 },
      workerOptions: { scale: '2' },
    });
    expect(warnings).toEqual([]);
  });

  test.each([
    ['0', 1],
    ['30', 20],
    ['.5', 1],
    ['5.', 5],
    ['1e1', 10],
    ['+1', 1],
    ['2.5E0', 3],
  ])('a poll of %s seconds is a receive that waits %s', (poll, waitTimeSeconds) => {
    file('c.ini', `[container]\nworker = a.js\npoll = ${poll}\n`);

    expect(read({ config: 'c.ini' }).settings.worker).toMatchObject({ waitTimeSeconds });
  });

  test.each([
    [
      'c.json',
      JSON.stringify({
        container: { worker: 'a.js', queue: ['a', 'b'], max_tasks: 3 },
        worker: { scale: 2 },
      }),
    ],
    ['c.yaml', 'container:\n  worker: a.js\n  queue: [a, b]\n  maxTasks: 3\nworker:\n  scale: 2\n'],
    ['c.ini', '[container]\nworker = a.js\nqueue = a, b\nmax-tasks = 3\n[worker]\nscale = 2\n'],
  ])('reads the same sections from %s', (name, text) => {
    file(name, text);
    const { settings } = read({ config: name });

    expect(settings).toMatchObject({ app: 'a.js', worker: { queues: ['a', 'b'] }, maxTasks: 3 });
    expect(String(settings.workerOptions['scale'])).toBe('2');
  });

  test('flags beat the file', () => {
    file('c.yaml', 'container: { worker: a.js, queue: a, concurrency: 4, polling_wait_time: 3 }');
    const { settings } = read({ config: 'c.yaml', app: 'b.js', concurrency: 9 });

    expect(settings).toMatchObject({
      app: 'b.js',
      worker: { queues: ['a'], concurrency: 9, waitTimeSeconds: 3 },
    });
  });

  test('warns about what it does not read', () => {
    file('c.ini', '[container]\nworker = a.js\nthreads = 4\n[other]\n');

    expect(read({ config: 'c.ini' }).warnings).toEqual([
      'c.ini: the option "threads" of "container" means nothing here and is not read.',
      'c.ini: the section "other" means nothing here and is not read.',
    ]);
  });

  test.each([
    [
      'c.ini',
      '[container]\nworker = a.js\npoll = soon\n',
      '"poll" of "container": expected a number from 0 to 86400, got "soon"',
    ],
    [
      'c.ini',
      '[container]\nworker = a.js\nloggers = <logger>\n',
      '"loggers" of "container": <logger> is not closed',
    ],
    ['c.json', '[]', 'expected the sections "container" and "worker"'],
    ['c.json', '{', 'cannot be used'],
    ['c.yaml', 'container: 5', 'expected a section "container", got a number'],
    ['c.yaml', 'worker: {}', 'expected a section "container", got none'],
  ])('refuses %s with %j', (name, text, message) => {
    file(name, text);

    expect(() => read({ config: name })).toThrow(message);
  });

  const numbers = ['nan', 'inf', '-inf', 'infinity', '1_0', '0x10', '1e', '.', '+', '1,5', '-1'];
  test.each(numbers)('a number written as %s is refused by the name of its option', (number) => {
    file('c.ini', `[container]\nworker = a.js\npoll = ${number}\n`);
    file('c.yaml', `container:\n  worker: a.js\n  idle_shutdown: ${number}\n`);

    expect(() => read({ config: 'c.ini' })).toThrow(
      `"poll" of "container": expected a number from 0 to 86400, got "${number}"`,
    );
    expect(() => read({ config: 'c.yaml' })).toThrow(
      /"idle_shutdown" of "container": expected a number from 0.001 to 86400, got/,
    );
  });

  test('reads numbers alike in every kind of file', () => {
    file('c.ini', '[container]\nworker = a.js\nmax_tasks = 1e3\ndrain_timeout = .5\n');
    file('c.yaml', 'container: { worker: a.js, max_tasks: 1e3, drain_timeout: .5 }');
    file(
      'c.json',
      '{ "container": { "worker": "a.js", "max_tasks": 1e3, "drain_timeout": "+.5" } }',
    );

    for (const config of ['c.ini', 'c.yaml', 'c.json'])
      expect(read({ config }).settings).toMatchObject({
        maxTasks: 1_000,
        worker: { drainTimeoutMs: 500 },
      });
  });

  test('in YAML a number of [worker] is what YAML makes of it', () => {
    file('c.yaml', 'container: { worker: a.js }\nworker: { mask: 0x10 }');

    expect(read({ config: 'c.yaml' }).settings.workerOptions).toEqual({ mask: 16 });
  });

  test('says that the file is not there', () => {
    expect(() => read({ config: 'no.ini' })).toThrow(
      'The configuration file "no.ini" cannot be used: it does not exist.',
    );
  });
});
