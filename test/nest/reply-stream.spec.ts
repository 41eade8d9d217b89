import { GatewayError, SendFailedError, silentLogger } from '../../lib/contracts/index.js';
import { ReplyStream } from '../../lib/nest/replies/reply-stream.js';
import type { ReplyWay } from '../../lib/nest/replies/reply-outbox.js';
import { jsonCodec } from '../../lib/serialization/index.js';

/** A reply queue that takes nothing until it is told to. */
function setup() {
  const bodies: string[] = [];
  const open: { accept(): void; refuse(error: Error): void }[] = [];
  let mostOpen = 0;
  const way: ReplyWay = {
    send: (body) =>
      new Promise((resolve, reject) => {
        bodies.push(body);
        open.push({ accept: () => resolve({ messageId: 'm', queue: 'q' }), refuse: reject });
        mostOpen = Math.max(mostOpen, open.length);
      }),
    leave() {},
  };
  const stream = new ReplyStream({
    requestId: 'r',
    codec: jsonCodec,
    logger: silentLogger,
    fields: {},
    enter: () => way,
  });
  const drain = async () => {
    for (let turns = 0; turns < 1_000; turns++) {
      for (const one of open.splice(0)) one.accept();
      await new Promise((resolve) => void setImmediate(resolve));
      if (open.length === 0) return;
    }
  };
  return { stream, bodies, open, drain, mostOpen: () => mostOpen };
}

const indexOf = (body: string) => (JSON.parse(body) as { index: number }).index;

describe('The values of one reply', () => {
  test('are written as SQS takes them: 200,000 at once hold no more than a thousand open', async () => {
    const { stream, bodies, drain, mostOpen } = setup();
    for (let n = 0; n < 200_000; n++) stream.next(n);
    stream.end();
    const complete = stream.complete();
    expect(bodies).toHaveLength(1_000);

    await drain();
    await complete;

    expect(mostOpen()).toBe(1_000);
    expect(bodies.map(indexOf)).toEqual(Array.from({ length: 200_000 }, (_, n) => n));
    expect(bodies.at(-1)).toContain('"isDisposed":true');
  });

  test('that SQS cannot take for the moment fail the delivery, and those that wait are not sent', async () => {
    const { stream, bodies, open, drain } = setup();
    for (let n = 0; n < 5_000; n++) stream.next(n);
    const away = new GatewayError({
      kind: 'unavailable',
      operation: 'SendMessageBatch',
      detail: 'away',
    });
    open
      .shift()
      ?.refuse(new SendFailedError({ queue: 'q', code: 'x', detail: 'away', cause: away }));
    stream.end();
    const failure = stream.complete().catch((error: unknown) => error);

    await drain();
    expect(await failure).toMatchObject({ message: expect.stringMatching(/away/) });
    expect(bodies.length).toBeLessThanOrEqual(1_000);
  });

  test('end with an error in the place of the value that cannot travel', async () => {
    const { stream, bodies, open, drain } = setup();
    stream.next(0);
    stream.next(1);
    stream.next(2);
    await Promise.resolve();
    const refused = {
      queue: 'q',
      code: 'InvalidParameterValue',
      detail: 'too large',
      senderFault: true,
    };
    open.splice(1, 1)[0]?.refuse(new SendFailedError(refused));
    stream.end();
    const complete = stream.complete();

    await drain();
    await complete;

    expect(JSON.parse(bodies.at(-1) ?? '')).toMatchObject({ index: 1, isDisposed: true });
  });
});
