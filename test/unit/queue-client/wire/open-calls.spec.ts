import { SQSClient } from '@aws-sdk/client-sqs';
import * as undici from 'undici';
import { openConnection, type ConnectionOptions } from '../../../../lib/queue-client/index.js';
import { loadUndici } from '../../../../lib/queue-client/wire/load-undici.js';
import { packageUserAgent } from '../../../../lib/queue-client/wire/user-agent.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'very-secret' };
const absent = async () => ({ reason: 'the package undici is not installed' });

async function open(
  options: ConnectionOptions,
  load: () => Promise<{ undici: typeof undici } | { reason: string }> = async () => ({ undici }),
) {
  const logger = new RecordingLogger();
  const deps = { logger, env: {}, loadUndici: load };
  const connection = await openConnection('main', options, deps);
  await connection.close();
  return { kind: connection.gateway.kind, lines: logger.lines };
}

describe('How the hot calls travel', () => {
  test('through undici where no request handler is configured', async () => {
    const { kind, lines } = await open({ region, credentials });
    expect(kind).toBe('wire');
    expect(lines).toEqual([
      {
        level: 'debug',
        message:
          'Queue calls take the lean path through undici: no request handler was configured.',
        fields: { connection: 'main' },
      },
    ]);
  });

  test("through the client's handler where one is configured, or undici is absent", async () => {
    const configured = await open({ region, credentials, requestHandler: {} });
    expect(configured.lines[0]?.message).toMatch(/request handler: the client brings it/);
    const without = await open({ region, credentials }, absent);
    expect(without.kind).toBe('wire');
    expect(without.lines[0]?.message).toMatch(/request handler: the package undici is not/);
  });

  test('through a given client, with its own handler', async () => {
    const client = new SQSClient({ region, credentials });
    const { kind, lines } = await open({ client });
    expect(kind).toBe('wire');
    expect(lines[0]?.message).toMatch(/the client brings it/);
    client.destroy();
  });

  test('through the SDK where it is chosen, for each kind of connection', async () => {
    const client = new SQSClient({ region, credentials });
    const choices: ConnectionOptions[] = [
      { region, credentials, wire: 'sdk' },
      { client, wire: 'sdk' },
      { embedded: true, wire: 'sdk' },
    ];
    for (const options of choices) {
      const { kind, lines } = await open(options);
      expect(kind).toBe('sdk');
      expect(lines.map(({ message }) => message)).toEqual([
        'Queue calls go through the SDK, as configured.',
      ]);
    }
    client.destroy();
  });

  test('through the SDK where the client is not as the SDK makes it, and says why', async () => {
    const { kind, lines } = await open({ region, credentials, retryMode: 'adaptive' });
    expect(kind).toBe('sdk');
    expect(lines).toMatchObject([
      { level: 'log', message: 'Queue calls go through the SDK: the client retries adaptively.' },
    ]);
  });

  test('what is neither is refused', async () => {
    const options = { region, wire: 'fast' } as unknown as ConnectionOptions;
    await expect(open(options)).rejects.toThrow('expected wire to be "lean" or "sdk", got "fast"');
  });

  test('never logs credentials', async () => {
    const { lines } = await open({ region, credentials });
    expect(JSON.stringify(lines)).not.toMatch(/AKIAEXAMPLE|very-secret/);
  });
});

const requiring = (version: string) => (id: string) =>
  id === 'undici/package.json' ? { version } : undici;

const failing = (error: Error) => () => {
  throw error;
};

describe('loadUndici', () => {
  test('loads what is installed', async () => {
    expect(await loadUndici()).toHaveProperty('undici.Agent');
  });

  test.each(['6.21.0', '8.0.0'])('leaves version %s alone', async (version) => {
    const reason = `the installed undici is ${version}, and ^7 is needed`;
    expect(await loadUndici(requiring(version))).toEqual({ reason });
  });

  test('says that it is absent, or why it cannot be loaded', async () => {
    const missing = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
    expect(await loadUndici(failing(missing))).toEqual(await absent());
    const broken = { reason: 'the package undici could not be loaded: broken' };
    expect(await loadUndici(failing(new Error('broken')))).toEqual(broken);
  });
});

test('names the package to AWS', () => {
  expect(packageUserAgent()).toMatch(/^lib\/nestjs-sqs-tasks#\d+\.\d+\.\d+/);
});
