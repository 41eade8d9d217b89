import { EventEmitter } from 'node:events';
import { ManualClock } from '../../../lib/primitives/manual-clock.js';
import { askParent } from '../../../lib/queue-client/embedded/ask-parent.js';

describe('askParent', () => {
  test('asks once, leaves other messages alone, and answers the address', async () => {
    const { child, sent } = setup();
    const answer = askParent(child);
    child.emit('message', 'something else');
    child.emit('message', { type: 'start' });
    child.emit('message', { type: 'sqs-embedded', endpoint: 'http://127.0.0.1:1' });

    expect(await answer).toBe('http://127.0.0.1:1');
    expect(sent).toEqual([{ type: 'sqs-embedded?' }]);
    expect(child.listenerCount('message')).toBe(0);
  });

  test('says why there is none', async () => {
    const { child } = setup();
    const answer = askParent(child);
    child.emit('message', { type: 'sqs-embedded', error: 'the port is in use' });

    await expect(answer).rejects.toThrow('the port is in use');
  });

  test('does not wait for ever', async () => {
    const { child } = setup();
    const clock = new ManualClock();
    const failure = askParent(child, clock).catch(String);
    await clock.advance(10_000);

    expect(await failure).toContain('did not answer within 10000 ms');
  });

  test('is for processes that were forked', async () => {
    await expect(askParent(new EventEmitter())).rejects.toThrow('nestjs-sqs work has started');
  });
});

function setup() {
  const sent: unknown[] = [];
  const child = Object.assign(new EventEmitter(), {
    send: (message: unknown) => sent.push(message),
  });
  return { child, sent };
}
