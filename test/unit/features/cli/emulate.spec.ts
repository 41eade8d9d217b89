import { createServer, type AddressInfo } from 'node:net';
import { runCli } from '../../../../lib/features/cli/run-cli.js';
import type { Output } from '../../../../lib/features/cli/host.js';
import { deferred } from '../../../../lib/primitives/deferred.js';
import { SqsEmbedded, openConnection } from '../../../../lib/queue-client/index.js';
import { trafficLine } from '../../../../lib/features/cli/emulate/traffic-line.js';
import { GatewayError, silentLogger } from '../../../../lib/contracts/index.js';
import { fakeHost } from './support/fake-host.js';

/** The command, until it has said how to end it. */
async function begin(...argv: string[]) {
  const listening = deferred();
  let text = '';
  const stdout: Output = {
    isTerminal: false,
    write: (more) => {
      text += more;
      if (text.includes('Ctrl-C ends it.')) listening.resolve();
    },
  };
  const host = fakeHost({ argv: ['emulate', '--port', '0', ...argv], stdout });
  const code = runCli(host);
  await Promise.race([listening.promise, code]);
  const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
  const end = (): Promise<number> => {
    host.signal('SIGINT');
    return code;
  };
  return { endpoint, end, out: () => text, host };
}

async function join(endpoint: string) {
  const env = { SQS_EMBEDDED_URL: endpoint };
  return openConnection('default', { embedded: true }, { logger: silentLogger, env });
}

describe('nestjs-sqs emulate', () => {
  test('says how to join, has the queues that were named, and ends at Ctrl-C', async () => {
    const { endpoint, end, out } = await begin('--queue', 'emails', '--queue', 'orders.fifo');
    const { gateway, close } = await join(endpoint);
    const urls = await Promise.all([
      gateway.getQueueUrl('emails'),
      gateway.getQueueUrl('orders.fifo'),
    ]);
    expect(urls).toEqual([
      `${endpoint}/000000000000/emails`,
      `${endpoint}/000000000000/orders.fifo`,
    ]);
    expect(out()).toContain(`SQS_EMBEDDED_URL=${endpoint}\n`);
    expect(out()).toContain('queues: emails, orders.fifo\n');
    await close();
    expect(await end()).toBe(0);
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  });

  test('messages outlive the apps that join: web and worker may be restarted', async () => {
    const { endpoint, end } = await begin('--queue', 'emails');
    const web = await join(endpoint);
    const url = await web.gateway.getQueueUrl('emails');
    await web.gateway.sendBatch(url, [{ body: 'one' }]);
    await web.close();
    const worker = await join(endpoint);
    const request = { maxMessages: 1, waitTimeSeconds: 0 };
    expect(await worker.gateway.receive(url, request)).toMatchObject([{ body: 'one' }]);
    await worker.close();
    await end();
  });

  test('--verbose shows what is sent, received and deleted, and no empty receive', async () => {
    const { endpoint, end, out } = await begin('--queue', 'emails', '--verbose');
    const { gateway, close } = await join(endpoint);
    const url = await gateway.getQueueUrl('emails');
    const receive = () => gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
    await receive();
    await gateway.sendBatch(url, [{ body: '{"pattern":"a"}' }, { body: 'red \u009b31m' }]);
    const handles = (await receive()).map(({ receiptHandle }) => receiptHandle);
    await gateway.deleteBatch(url, handles);
    await gateway.deleteBatch(url, ['nonsense']);
    await close();
    await end();
    const shown = out().split('\n').slice(6, -2);
    expect(shown).toEqual([
      'SendMessageBatch emails: 2 "{\\"pattern\\":\\"a\\"}" "red \\u009b31m"',
      expect.stringMatching(/^ReceiveMessage emails: 2 "/),
      'DeleteMessageBatch emails: 2',
      expect.stringMatching(/^DeleteMessageBatch emails: 0; refused: "nonsense" is not/),
    ]);
  });

  test('--verbose says what was refused as the client was told', async () => {
    const { endpoint, end, out } = await begin('--queue', 'emails', '--verbose');
    const post = (action: string, request: object) =>
      fetch(endpoint, {
        method: 'POST',
        headers: { 'x-amz-target': `AmazonSQS.${action}` },
        body: JSON.stringify(request),
      });
    await post('GetQueueUrl', { QueueName: 'nowhere' });
    await post('SendMessage', { QueueUrl: `${endpoint}/0/none`, MessageBody: 'x' });
    await end();
    expect(out().split('\n').slice(6, -2)).toEqual([
      'GetQueueUrl nowhere: refused: The specified queue does not exist.',
      'SendMessage none: refused: The specified queue does not exist.',
    ]);
  });

  test('--verbose says where a poll ended because its client has gone', () => {
    const facts = { operation: 'ReceiveMessage', queue: 'emails', detail: 'the call was aborted' };
    const error = new GatewayError({ ...facts, kind: 'aborted' });
    expect(trafficLine('ReceiveMessage', { QueueUrl: 'http://x/0/emails' }, error)).toBe(
      'ReceiveMessage emails: its client has gone',
    );
  });

  test('says which port is in use, and what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const host = fakeHost({ argv: ['emulate', '--port', String(port)] });
    expect(await runCli(host)).toBe(1);
    expect(host.err()).toContain(
      `Cannot listen on port ${port} of 127.0.0.1: another program uses it. Choose another with --port`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  test.each([
    [['--port', '70000'], 2, 'Expected an integer from 0 to 65535.'],
    [['--queue', 'no spaces'], 1, 'Cannot create the queue "no spaces": "no spaces" cannot be'],
  ])('%j is refused', async (argv, code, message) => {
    const host = fakeHost({ argv: ['emulate', ...argv] });
    expect(await runCli(host)).toBe(code);
    expect(host.err()).toContain(message);
  });

  test('the embedded SQS of a process that joined does not end it', async () => {
    const { endpoint, end } = await begin();
    const embedded = await SqsEmbedded.start({ env: { SQS_EMBEDDED_URL: endpoint } });
    await embedded.close();
    expect((await fetch(endpoint)).status).toBe(400);
    await end();
  });
});
