import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Children } from '../../support/process.js';

const fixture = new URL('./fixtures/looping-worker.ts', import.meta.url);

describe('a worker that is killed', { timeout: 60_000 }, () => {
  const children = new Children();
  afterEach(() => children.stopAll());

  test('takes its busy processes along', async ({ onTestFinished }) => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const child = children.start(fixture, { args: [String(port)] });
    const [member] = (await once(server, 'connection')) as [Socket];
    // Its end resets the connection.
    member.on('error', () => {});
    const gone = once(member.resume(), 'close');

    child.kill('SIGKILL');

    expect(await child.exited).toMatchObject({ signal: 'SIGKILL' });
    // Nobody else can end its loop.
    await gone;
  });
});
