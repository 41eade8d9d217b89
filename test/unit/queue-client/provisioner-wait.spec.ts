import type { QueueOptions } from '../../../lib/contracts/index.js';
import { settlePromises } from '../../../lib/primitives/manual-clock.js';
import { urlOf } from './fake-gateway.js';
import { redriveTo, setupProvisioner as setup } from './provisioner-setup.js';

describe("onMissingQueue: 'wait'", () => {
  test('starts at once, looks every two seconds, and says so once', async () => {
    const { provisioner, gateway, clock, logger } = setup([{ name: 'late' }], 'wait');
    await provisioner.prepare();
    const ready = provisioner.whenReady('late');
    await clock.advance(5_000);
    expect(gateway.callsOf('GetQueueUrl')).toHaveLength(3);
    gateway.addQueue('p-late', { RedrivePolicy: redriveTo('p-dead') });
    gateway.addQueue('p-dead');
    await clock.advance(1_000);
    await expect(ready).resolves.toMatchObject({ name: 'late', url: urlOf('p-late') });
    expect(logger.at('warn')).toEqual([
      expect.stringMatching(/"p-late" was not found.*every 2 s until it is there/),
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('holds back no other queue', async () => {
    const late: QueueOptions = { name: 'late', onMissingQueue: 'wait' };
    const { provisioner, gateway } = setup([late, { name: 'here' }]);
    gateway.addQueue('p-here');
    await provisioner.prepare();
    await expect(provisioner.whenReady('here')).resolves.toMatchObject({ url: urlOf('p-here') });
    await provisioner.close();
  });

  test('goes on over denied access and failures that pass', async () => {
    const { provisioner, gateway, clock, logger } = setup([{ name: 'late' }], 'wait');
    gateway.fail('GetQueueUrl', 'p-late', 'access-denied');
    await provisioner.prepare();
    await clock.advance(2_000);
    gateway.fail('GetQueueUrl', 'p-late', 'throttled');
    await clock.advance(2_000);
    gateway.fail('GetQueueUrl', 'p-late', undefined);
    gateway.addQueue('p-late');
    await clock.advance(2_000);
    await expect(provisioner.whenReady('late')).resolves.toMatchObject({ url: urlOf('p-late') });
    expect(logger.at('warn').slice(0, 2)).toEqual([
      expect.stringContaining('access was denied'),
      expect.stringContaining('the test says throttled'),
    ]);
  });

  test('ends when it is closed, and leaves no timer', async () => {
    const { provisioner, clock, logger } = setup([{ name: 'late' }], 'wait');
    await provisioner.prepare();
    await settlePromises();
    const ready = provisioner.whenReady('late');
    const [ended] = await Promise.allSettled([ready, provisioner.close()]);
    expect(ended).toMatchObject({ status: 'rejected', reason: { kind: 'aborted' } });
    expect(clock.pendingTimers).toBe(0);
    expect(logger.at('error')).toEqual([]);
  });

  test('reports what no waiting can mend', async () => {
    const { provisioner, gateway, logger } = setup([{ name: 'late' }], 'wait');
    gateway.fail('GetQueueUrl', 'p-late', 'invalid-request');
    await provisioner.prepare();
    await expect(provisioner.whenReady('late')).rejects.toMatchObject({ kind: 'invalid-request' });
    expect(logger.at('error')).toEqual(['Waiting for a queue ended without it.']);
  });
});
