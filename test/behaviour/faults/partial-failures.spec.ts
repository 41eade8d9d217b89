import { controlError } from '../../support/control-errors.js';
import { dropEntries, failEntries, rewriteAnswer, type Fault } from '../../support/fault-proxy.js';
import {
  emptied,
  faultyQueue,
  nextOf,
  signalOf,
  waiting,
  type Test,
  sorted,
} from '../../support/faulty-queue.js';

const ten = Array.from({ length: 10 }, (_, i) => i);

describe.concurrent('A batch of which some entries fail', { timeout: 20_000 }, () => {
  test('of deletes: only those are repeated', async (t) => {
    const { queue, deletes, runs } = await tenDeleted(t);
    queue.proxy.inject({
      operation: 'DeleteMessageBatch',
      times: 1,
      fault: failEntries({ which: isOdd }),
    });
    await queue.send('job', ...ten);
    await emptied(queue);
    expectOddRepeated(deletes);
    expect(runs).toHaveLength(10);
  });

  test('of deletes by our own fault: none is repeated, and each is told of', async (t) => {
    const { queue, worker, deletes, runs } = await tenDeleted(t);
    const failure = { which: (_id: string, i: number) => i === 3, senderFault: true };
    queue.proxy.inject({ operation: 'DeleteMessageBatch', times: 1, fault: failEntries(failure) });
    const givenUp = signalOf(worker, 'settlement:failed');
    const ids = await queue.send('job', ...ten);
    const told = await givenUp.next();
    expect(ids).toContain(told.messageId);
    expect(told).toMatchObject({ action: 'delete', code: 'InternalError' });
    expect(deletes).toHaveLength(1);
    expect(await queue.counts()).toEqual({ visible: 0, inFlight: 1 });
    // It comes again when its visibility timeout ends, and is deleted without a second run.
    await emptied(queue);
    expect(runs).toHaveLength(10);
  });

  test('of visibility changes: only those are repeated', async (t) => {
    const queue = await faultyQueue(t);
    const changes = queue.record('ChangeMessageVisibilityBatch');
    queue.proxy.inject({
      operation: 'ChangeMessageVisibilityBatch',
      times: 1,
      fault: failEntries({ which: isOdd }),
    });
    await queue.send('job', ...ten);
    const worker = queue.worker({
      handlers: {
        job() {
          throw controlError({ kind: 'retry', delaySeconds: 900 });
        },
      },
    });
    const settled = signalOf(worker, 'task:settled');
    worker.start();
    await nextOf(settled, 10);
    await vi.waitFor(() => expect(worker.status().queues[0]?.settlementsWaiting).toBe(0), waiting);
    expectOddRepeated(changes);
    expect(settled.count).toBe(10);
  });

  const cases: [string, Fault, number][] = [
    ['leaves entries out', dropEntries(isOdd), 5],
    ['names entries that were never asked for', rewriteAnswer(renamed), 10],
    ['names none', rewriteAnswer(() => ({})), 10],
  ];
  for (const [name, fault, repeated] of cases) {
    test(`an answer that ${name}: those are taken for failed`, async (t) => {
      const { queue, deletes, runs } = await tenDeleted(t);
      queue.proxy.inject({ operation: 'DeleteMessageBatch', times: 1, fault });
      await queue.send('job', ...ten);
      await vi.waitFor(
        () => expect(deletes.flatMap(handlesOf)).toHaveLength(10 + repeated),
        waiting,
      );
      await emptied(queue);
      expect(runs).toHaveLength(10);
    });
  }
});

/** A worker whose ten tasks end together, so that their deletes share a request. */
async function tenDeleted(t: Test) {
  const queue = await faultyQueue(t, { visibilityTimeoutSeconds: 2 });
  const deletes = queue.record('DeleteMessageBatch');
  const runs: unknown[] = [];
  const worker = queue.worker({
    consume: { settleLingerMs: 1_000 },
    handlers: { job: (data) => void runs.push(data) },
  });
  worker.start();
  return { queue, worker, deletes, runs };
}

/** Each with a pause of its own, so they need not share a request again. */
function expectOddRepeated([first, ...later]: Record<string, unknown>[]): void {
  const odd = handlesOf(first).filter((_, i) => i % 2 === 1);
  expect(handlesOf(first)).toHaveLength(10);
  expect(sorted(later.flatMap(handlesOf))).toEqual(sorted(odd));
}

function isOdd(_id: string, index: number): boolean {
  return index % 2 === 1;
}

function renamed(body: Record<string, unknown>): Record<string, unknown> {
  const successful = body['Successful'] as { Id: string }[];
  return { ...body, Successful: successful.map(({ Id }) => ({ Id: `${Id}-of-another` })) };
}

function handlesOf(body: Record<string, unknown> | undefined): string[] {
  const entries = (body?.['Entries'] ?? []) as { ReceiptHandle: string }[];
  return entries.map(({ ReceiptHandle }) => ReceiptHandle);
}
