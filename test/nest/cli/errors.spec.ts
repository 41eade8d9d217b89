import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Cli, fixture } from './support/cli.js';

// The first child of a machine transpiles what it runs.
describe('nestjs-sqs says what is wrong in one sentence', { timeout: 60_000 }, () => {
  const cli = new Cli();
  afterEach(() => cli.stopAll());

  const sentences: [string, string, RegExp][] = [
    [
      'a file that is not there',
      'dist/nothing.js:AppModule',
      /^error: There is no app "dist\/nothing\.js:AppModule"/,
    ],
    [
      'an export that is not there',
      fixture('broken.Nothing'),
      /^error: ".*" has no export "Nothing"/,
    ],
    [
      'an export that only stands in a module inside of a bundle',
      'test/nest/fixtures/cli/bundle.cjs:AppModule',
      /^error: ".*" has no export "AppModule"\. It exports "start", "stop"\. The name stands in its text, in a module/,
    ],
    [
      'an app without SqsModule',
      fixture('broken.WithoutSqs'),
      /^error: The app ".*" has no SqsModule/,
    ],
    [
      'an app without handlers',
      fixture('broken.WithoutHandlers'),
      /^error: .*expected queues to consume, stages to run, or a handler/,
    ],
    [
      'an app that throws on start',
      fixture('broken.Throwing'),
      /could not start: the database is not there$/,
    ],
    [
      'an app that lacks a dependency',
      fixture('broken.WithoutDependency'),
      /could not start: Nest can't resolve dependencies/,
    ],
    [
      'a factory that ends the process itself',
      fixture('broken.aborting'),
      /^error: .*Nest can't resolve dependencies/,
    ],
    [
      'a queue that is not there',
      fixture('broken.WithMissingQueue'),
      /^error: Queue "jobs" was not found/,
    ],
    [
      'what is no app',
      fixture('broken.seven'),
      /^error: Expected ".*" to be a Nest module, .* got a number/,
    ],
    [
      'a factory that answers no app',
      fixture('broken.answersSeven'),
      /got a function that answered a number/,
    ],
  ];

  test.each(sentences)('%s', async (_what, app, sentence) => {
    const { code, stderr } = await cli.run(['work', '--app', app, '--log-level', 'error']);

    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 1,
      stderr: expect.stringMatching(sentence),
    });
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('no right to a queue', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'com.amazonaws.sqs#AccessDenied', message: 'no' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { TEST_ENDPOINT: endpoint };
    const app = ['--app', fixture('broken.WithoutRights')];
    const work = await cli.run(['work', ...app, '--log-level', 'error'], env);
    const queues = await cli.run(['queues', 'stats', 'jobs', ...app], env);
    await new Promise((resolve) => server.close(resolve));

    expect(work).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: .*(AccessDenied|denied)/),
    });
    expect(work.stderr.trim().split('\n')).toHaveLength(1);
    expect(queues).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: Expected to be allowed sqs:\w+ on queue "jobs", but access was denied/,
      ),
    });
  });

  test('the stack comes with --log-level debug', async () => {
    const args = ['work', '--app', fixture('broken.Throwing'), '--log-level', 'DEBUG'];
    const { code, stderr } = await cli.run(args);

    expect(code).toBe(1);
    expect(stderr).toMatch(/could not start: the database is not there\n[^]*\n\s+at /);
  });

  test('flags that an app with its own worker cannot follow', async () => {
    const args = ['work', '--app', fixture('broken.fixed'), '--concurrency', '4', '-q', 'jobs'];
    const { code, stderr } = await cli.run(args);

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: The app ".*" was made with its own sqsWorker\(\) options, so --queue, --concurrency cannot/,
    );
  });

  test('a queue command on a queue that is not there', async () => {
    const { code, stderr } = await cli.run([
      'queues',
      'stats',
      'nothing',
      '--app',
      fixture('counting'),
    ]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Queue "nothing" was not found/);
  });
});
