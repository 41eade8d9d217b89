import { InvalidOptionsError, MissingPackageError } from '../../../lib/contracts/index.js';
import { SqsEmbedded } from '../../../lib/queue-client/index.js';
import { cannotLoad } from '../../../lib/queue-client/embedded/load-fauxqs.js';
import { RecordingLogger } from '../../support/recording-logger.js';

function setup(env: Record<string, string> = {}) {
  const logger = new RecordingLogger();
  const listened: { host: string; port: number }[] = [];
  let closedCount = 0;
  const app = {
    async listen(options: { host: string; port: number }) {
      listened.push(options);
      return 'http://127.0.0.1:40123';
    },
    async close() {
      closedCount += 1;
    },
  };
  const load = async () => ({ buildApp: () => app });
  const start = () => SqsEmbedded.start({ logger, env, load });
  return { start, logger, listened, closed: () => closedCount };
}

describe('SqsEmbedded', () => {
  test('asks for 127.0.0.1 and a free port, and ends once', async () => {
    const { start, listened, closed } = setup();
    const embedded = await start();
    expect(listened).toEqual([{ host: '127.0.0.1', port: 0 }]);
    expect(embedded).toMatchObject({ endpoint: 'http://127.0.0.1:40123', isJoined: false });
    await Promise.all([embedded.close(), embedded.close()]);
    expect(closed()).toBe(1);
  });

  test.each(['http://127.0.0.1:4566', 'http://localhost:4566/', 'http://[::1]:4566'])(
    'joins %s instead of starting another',
    async (url) => {
      const { start, listened } = setup({ SQS_EMBEDDED_URL: url });
      const embedded = await start();
      expect(embedded).toMatchObject({ endpoint: new URL(url).origin, isJoined: true });
      await embedded.close();
      expect(listened).toEqual([]);
    },
  );

  test.each(['https://127.0.0.1:4566', 'http://10.0.0.1:4566', 'http://127.0.0.1.example', 'x'])(
    'refuses to join %s',
    async (url) => {
      const started = setup({ SQS_EMBEDDED_URL: url }).start();
      await expect(started).rejects.toThrow(InvalidOptionsError);
      await expect(started).rejects.toThrow(`an http URL of this machine`);
    },
  );

  test('warns in production', async () => {
    const { start, logger } = setup({ NODE_ENV: 'production' });
    await start();
    expect(logger.at('warn')).toEqual([expect.stringContaining('NODE_ENV=production')]);
  });

  test('says how to install what is missing', () => {
    const missing = Object.assign(new Error("Cannot find package 'fauxqs' imported from x"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    expect(cannotLoad(missing)).toBeInstanceOf(MissingPackageError);
    expect(cannotLoad(missing).message).toContain('npm install --save-dev fauxqs@1');
  });

  test('says why a version of the emulator does not load on this Node', () => {
    const old = Object.assign(new Error('No such built-in module: node:sqlite'), {
      code: 'ERR_UNKNOWN_BUILTIN_MODULE',
    });
    expect(cannotLoad(old)).toBeInstanceOf(InvalidOptionsError);
    expect(cannotLoad(old).message).toContain('node:sqlite');
  });
});
