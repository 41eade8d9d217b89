import { SqsEmbedded } from 'nestjs-sqs-tasks';
import { Program, say } from './program.js';

/**
 * An SQS, a web app that sends a task and a worker that handles it: three processes that know of each other only what
 * is in their environment.
 */
async function main(): Promise<void> {
  const sqs = await chooseSqs();
  const worker = new Program('worker', sqs.env);
  const web = new Program('web', sqs.env);
  try {
    const url = await web.firstMessage();
    await post(`${url}/hello`, { name: 'Ada' });
    await worker.end();
    web.letGo();
    await web.end();
  } finally {
    worker.kill();
    web.kill();
    await sqs.stop();
  }
  say('launcher', 'everything has ended');
}

/** An SQS of our own, unless the environment names one. */
async function chooseSqs() {
  if (process.env['AWS_ENDPOINT_URL_SQS'] ?? process.env['AWS_ENDPOINT_URL']) {
    say('launcher', 'using the SQS that the environment names');
    return { env: {}, stop: async () => {} };
  }
  const embedded = await SqsEmbedded.start();
  say('launcher', 'started an embedded SQS');
  return { env: { SQS_EMBEDDED_URL: embedded.endpoint }, stop: () => embedded.close() };
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  say('launcher', `web answered ${response.status} ${await response.text()}`);
  if (!response.ok) throw new Error('The web app could not send the task');
}

await main();
