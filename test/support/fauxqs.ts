import { buildApp } from 'fauxqs';
import type { SqsEmbedded } from '../../lib/queue-client/index.js';

/** Another SQS emulator, which knows nothing of ours, on a free port of 127.0.0.1. */
export async function startFauxqs() {
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const clientConfig = (): ReturnType<SqsEmbedded['clientConfig']> => ({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const close = async (): Promise<void> => {
    await app.close();
  };
  return { endpoint, clientConfig, close };
}
