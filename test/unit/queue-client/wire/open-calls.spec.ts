import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as undici from 'undici';
import { openConnection, type ConnectionOptions } from '../../../../lib/queue-client/index.js';
import { createSqsClient } from '../../../../lib/queue-client/sdk/sdk-client.js';
import { loadUndici } from '../../../../lib/queue-client/wire/load-undici.js';
import { packageUserAgent } from '../../../../lib/queue-client/wire/user-agent.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'very-secret' };
const absent = async () => ({ reason: 'the package undici is not installed' });

/** As Node makes its own where it takes its proxy from the environment; a version that cannot ignores the option. */
function agentWith(options: object): https.Agent {
  const agent = new https.Agent();
  Object.assign((agent as unknown as { options: object }).options, options);
  return agent;
}

async function open(
  options: ConnectionOptions,
  load: () => Promise<{ undici: typeof undici } | { reason: string }> = async () => ({ undici }),
  env: Record<string, string> = {},
) {
  const logger = new RecordingLogger();
  const deps = { logger, env, loadUndici: load };
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

  describe('through the handler of the client, though undici is there', () => {
    const globals = globalThis as unknown as Record<symbol, unknown>;
    const dispatcher = Symbol.for('undici.globalDispatcher.1');
    const newerDispatcher = Symbol.for('undici.globalDispatcher.2');
    const before = {
      http: http.globalAgent,
      https: https.globalAgent,
      dispatcher: globals[dispatcher],
      newer: globals[newerDispatcher],
    };

    afterEach(() => {
      http.globalAgent = before.http;
      https.globalAgent = before.https;
      globals[dispatcher] = before.dispatcher;
      globals[newerDispatcher] = before.newer;
      vi.unstubAllEnvs();
    });

    class ProxyAgent extends https.Agent {}
    const proxyEnv = { HTTPS_PROXY: 'http://127.0.0.1:1' };
    const composed = new undici.Agent().compose(
      (dispatch) => (options, handler) => dispatch(options, handler),
    );

    test.each<[string, () => void]>([
      ['an agent of another class', () => (https.globalAgent = new ProxyAgent())],
      ['another agent for plain HTTP', () => (http.globalAgent = new http.Agent())],
      ['another agent of Node', () => (https.globalAgent = new https.Agent({ ca: 'x' }))],
    ])('where the process has %s', async (_, configure) => {
      configure();
      const { lines } = await open({ region, credentials });
      expect(lines[0]?.message).toMatch(/request handler: the global agents of Node's/);
    });

    test.each([
      ['NODE_USE_ENV_PROXY', '1'],
      ['NODE_OPTIONS', '--max-old-space-size=4096 --use-env-proxy'],
    ])('where %s says %s', async (name, value) => {
      const { lines } = await open({ region, credentials }, undefined, { [name]: value });
      expect(lines[0]?.message).toMatch(/request handler: Node's HTTP client takes its proxy/);
    });

    test("where Node's proxy was set while it runs", async () => {
      https.globalAgent = agentWith({ proxyEnv });
      const { lines } = await open({ region, credentials });
      expect(lines[0]?.message).toMatch(/request handler: Node's HTTP client takes its proxy/);
    });

    test.each([
      ['a ProxyAgent', new undici.ProxyAgent('http://127.0.0.1:1')],
      ['an EnvHttpProxyAgent', new undici.EnvHttpProxyAgent({ httpsProxy: 'http://127.0.0.1:1' })],
      ['an agent with interceptors', composed],
      ['an agent with certificates', new undici.Agent({ connect: { ca: 'x' } })],
      ['a MockAgent', new undici.MockAgent()],
    ])("where undici's global dispatcher is %s", async (_, replaced) => {
      undici.setGlobalDispatcher(replaced);
      const { lines } = await open({ region, credentials });
      expect(lines[0]?.message).toMatch(/request handler: the global dispatcher of undici/);
    });

    test("but not for undici's default dispatcher, whichever copy made it", async () => {
      undici.setGlobalDispatcher(new undici.Agent());
      await fetch('http://127.0.0.1:9').catch(() => {});
      const { lines } = await open({ region, credentials });
      expect(lines[0]?.message).toMatch(/through undici/);
    });

    test.each([
      ['take', 'https://sqs.example.org', proxyEnv],
      ['take no notice of', 'https://127.0.0.1:4566', undefined],
      ['take no notice of', 'https://localhost:4566', undefined],
    ])("its agents %s Node's proxy on the way to %s", async (_, endpoint, expected) => {
      https.globalAgent = agentWith({ proxyEnv });
      const made = createSqsClient({ region, endpoint });
      const handler = made.config.requestHandler as unknown as {
        configProvider: Promise<{ httpsAgent: { options: { proxyEnv?: object } } }>;
      };
      const { httpsAgent } = await handler.configProvider;
      expect(httpsAgent.options.proxyEnv).toEqual(expected);
      made.destroy();
    });

    test('every call meets what a proxy put in the place of http.request()', async () => {
      const server = http.createServer((_request, response) => void response.end('{}'));
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const request = vi.spyOn(http, 'request');
      http.globalAgent = new http.Agent();
      const endpoint = `http://127.0.0.1:${port}`;
      const deps = { logger: new RecordingLogger(), env: {} };
      const { gateway, close } = await openConnection(
        'main',
        { region, credentials, endpoint },
        deps,
      );
      await gateway.receive(`${endpoint}/1/q`, { maxMessages: 1, waitTimeSeconds: 0 });
      await gateway.deleteBatch(`${endpoint}/1/q`, ['handle']);
      expect(request).toHaveBeenCalledTimes(2);
      await close();
      server.close();
      vi.restoreAllMocks();
    });
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

  test.each(['6.21.0', '9.0.0'])('leaves version %s alone', async (version) => {
    const reason = `the installed undici is ${version}, and ^7 or ^8 is needed`;
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
