import { GatewayError } from '../../../../lib/contracts/index.js';
import { patiently } from '../../../../lib/features/operations/patient.js';
import { ManualClock } from '../../../../lib/primitives/manual-clock.js';

describe('patiently', () => {
  test('repeats a call that times out for a minute, and then throws its failure', async () => {
    const clock = new ManualClock();
    let calls = 0;
    const failure = patiently(clock, async () => {
      calls++;
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 15_000));
      throw new GatewayError({ kind: 'timeout', operation: 'GetQueueUrl', detail: 'no answer' });
    }).catch(String);
    await clock.advance(80_000);

    expect(await failure).toContain('no answer');
    expect(calls).toBe(4);
    expect(clock.pendingTimers).toBe(0);
  });

  test('repeats a call that fails at once seven times', async () => {
    const clock = new ManualClock();
    let calls = 0;
    const failure = patiently(clock, async () => {
      calls++;
      throw new GatewayError({ kind: 'throttled', operation: 'GetQueueUrl', detail: 'slow down' });
    }).catch(String);
    await clock.advance(60_000);

    expect(await failure).toContain('slow down');
    expect(calls).toBe(8);
  });
});
