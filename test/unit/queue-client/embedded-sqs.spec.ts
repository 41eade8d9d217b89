import { InvalidOptionsError } from '../../../lib/contracts/index.js';
import { SqsEmbedded } from '../../../lib/queue-client/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';

function setup(env: Record<string, string> = {}) {
  const logger = new RecordingLogger();
  return { logger, start: () => SqsEmbedded.start({ logger, env }) };
}

describe('SqsEmbedded', () => {
  test('listens on 127.0.0.1 and a free port, and ends once', async () => {
    const embedded = await setup().start();
    expect(embedded).toMatchObject({
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      isJoined: false,
    });
    await fetch(embedded.endpoint);
    await Promise.all([embedded.close(), embedded.close()]);
    await expect(fetch(embedded.endpoint)).rejects.toThrow('fetch failed');
  });

  test.each(['http://127.0.0.1:4566', 'http://localhost:4566/', 'http://[::1]:4566'])(
    'joins %s instead of starting another',
    async (url) => {
      const embedded = await setup({ SQS_EMBEDDED_URL: url }).start();
      expect(embedded).toMatchObject({ endpoint: new URL(url).origin, isJoined: true });
      await embedded.close();
    },
  );

  test('the one that was joined goes on when who joined it ends', async () => {
    const first = await setup().start();
    const second = await setup({ SQS_EMBEDDED_URL: first.endpoint }).start();
    await second.close();
    expect((await fetch(first.endpoint)).status).toBe(400);
    await first.close();
  });

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
    const embedded = await start();
    expect(logger.at('warn')).toEqual([expect.stringContaining('NODE_ENV=production')]);
    await embedded.close();
  });
});
