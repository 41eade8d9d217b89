import { BarePosts } from '../bare-posts.js';
import { queueUrlOf, type Contender, type Work } from './contender.js';

const BATCH = 10;

/** The least that a worker on HTTP can cost: the bytes of receives and deletes go back and forth, and that is all. */
export const floor: Contender = {
  label: 'floor: bare POSTs of the same bytes',
  async start(work) {
    const posts = new BarePosts(work.endpoint);
    for (let loop = 0; loop < work.slots / BATCH; loop += 1) {
      runLoop(posts, work).catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
    }
  },
};

async function runLoop(posts: BarePosts, work: Work): Promise<void> {
  const QueueUrl = queueUrlOf(work);
  const receive = bytes({ QueueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: 20 });
  const Entries = Array.from({ length: BATCH }, (_, n) => ({
    Id: String(n),
    ReceiptHandle: `${n}-${'r'.repeat(160)}`,
  }));
  const remove = bytes({ QueueUrl, Entries });
  for (;;) {
    await posts.post('ReceiveMessage', receive);
    for (let n = 0; n < BATCH; n += 1) work.onTask();
    await posts.post('DeleteMessageBatch', remove);
  }
}

function bytes(request: object): Buffer {
  return Buffer.from(JSON.stringify(request));
}
