import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ReceivedMessage } from '../../../../lib/contracts/gateway.js';
import { setup } from './setup.js';

type Step =
  | { do: 'send'; group: number; count: number }
  | { do: 'receive'; max: number }
  | { do: 'delete' | 'release'; pick: number }
  | { do: 'advance'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('send' as const),
    group: fc.nat({ max: 3 }),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ do: fc.constant('receive' as const), max: fc.integer({ min: 1, max: 10 }) }),
  fc.record({ do: fc.constantFrom('delete' as const, 'release' as const), pick: fc.nat(20) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.nat(1_500) }),
);

describe('Memory queue, whatever is done with it', () => {
  test('standard: nothing is lost and nothing is counted twice', async () => {
    await expect(always((steps) => run(steps, false))).resolves.toBeUndefined();
  });

  test('fifo: a group is never out of order, nor out twice at once', async () => {
    await expect(always((steps) => run(steps, true))).resolves.toBeUndefined();
  });
});

/** Fails with the shortest steps that break a rule, and the seed to repeat them. */
function always(holds: (steps: Step[]) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), holds), { numRuns: 200 });
}

async function run(steps: readonly Step[], isFifo: boolean): Promise<void> {
  const { bench, clock, service } = setup();
  const dead = isFifo ? await bench.fifo() : await bench.standard();
  const policy = await bench.redriveTo(dead, 3);
  const queue = isFifo ? await bench.fifo(policy) : await bench.standard(policy);
  const held: { message: ReceivedMessage; until: number }[] = [];
  let sent = 0;

  for (const each of steps) {
    if (each.do === 'send') {
      const group = isFifo || each.group > 0 ? { groupId: `g${each.group}` } : {};
      const bodies = Array.from({ length: each.count }, () => String(sent++));
      await queue.send(
        ...bodies.map((body) => ({ body, ...group, ...(isFifo && { deduplicationId: body }) })),
      );
    } else if (each.do === 'receive') {
      const open = held.filter(({ until }) => until > clock.now()).map(({ message }) => message);
      const messages = await queue.receive({ maxMessages: each.max });
      if (isFifo) checkOrder(messages, open);
      held.push(...messages.map((message) => ({ message, until: clock.now() + 1_000 })));
    } else if (each.do === 'advance') {
      await clock.advance(each.ms);
    } else if (held.length > 0) {
      const [{ message }] = held.splice(each.pick % held.length, 1);
      if (each.do === 'delete') await queue.delete(message);
      else await queue.changeVisibility(message, 0);
    }
    checkBalance();
  }

  function checkBalance(): void {
    const { deleted, deadLettered, visible, delayed, inflight } = service.stats(queue.name);
    const stored = visible + delayed + inflight;
    assert.equal(deleted + deadLettered + stored, sent);
    assert.equal(service.messages(queue.name).length, stored);
    assert.equal(service.stats(dead.name).visible, deadLettered);
  }
}

function checkOrder(messages: readonly ReceivedMessage[], open: readonly ReceivedMessage[]): void {
  const busy = new Set(open.map(groupOf));
  const last = new Map<string | undefined, number>();
  for (const message of messages) {
    const group = groupOf(message);
    assert.ok(!busy.has(group), `group ${group} is out twice`);
    assert.ok(Number(message.body) > (last.get(group) ?? -1), `group ${group} is out of order`);
    last.set(group, Number(message.body));
  }
}

function groupOf(message: ReceivedMessage): string | undefined {
  return message.systemAttributes.MessageGroupId;
}
