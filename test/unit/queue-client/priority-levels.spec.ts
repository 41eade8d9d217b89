import { QueueConflictError, QueueNotFoundError } from '../../../lib/contracts/index.js';
import { urlOf } from './fake-gateway.js';
import { redriveTo, setupProvisioner as setup } from './provisioner-setup.js';

const levelNames = ['p-jobs', 'p-jobs--p1', 'p-jobs--p2'];

describe('A queue with priorities', () => {
  test('is created level by level with the same options', async () => {
    const { provisioner, gateway, directory } = setup(
      [
        {
          name: 'jobs.fifo',
          priorities: 2,
          visibilityTimeoutSeconds: 60,
          deadLetter: { queue: 'dead.fifo', maxReceiveCount: 2 },
        },
      ],
      'create',
    );
    await provisioner.prepare();
    const own = {
      VisibilityTimeout: '60',
      FifoQueue: 'true',
      RedrivePolicy: redriveTo('p-dead.fifo'),
    };
    expect(gateway.created.get('p-jobs.fifo')?.attributes).toMatchObject(own);
    expect(gateway.created.get('p-jobs--p1.fifo')?.attributes).toMatchObject(own);
    expect(gateway.created.size).toBe(3);
    const { levels } = await directory.find('jobs.fifo');
    expect(levels).toMatchObject([
      { name: 'jobs.fifo', url: urlOf('p-jobs.fifo'), visibilityTimeoutSeconds: 60 },
      {
        name: 'jobs--p1.fifo',
        url: urlOf('p-jobs--p1.fifo'),
        visibilityTimeoutSeconds: 60,
        isFifo: true,
        deadLetter: { name: 'dead.fifo', maxReceiveCount: 2 },
      },
    ]);
    expect(levels?.[1]?.levels).toBeUndefined();
  });

  test('says which level is missing', async () => {
    const { provisioner, gateway } = setup([{ name: 'jobs', priorities: 3 }]);
    gateway.addQueue('p-jobs');
    gateway.addQueue('p-jobs--p1');
    const prepared = provisioner.prepare();
    await expect(prepared).rejects.toThrow(QueueNotFoundError);
    await expect(prepared).rejects.toThrow('Queue "p-jobs--p2" was not found');
    expect(gateway.created.size).toBe(0);
  });

  test('is waited for until all levels are there', async () => {
    const { provisioner, gateway, clock } = setup([{ name: 'jobs', priorities: 3 }], 'wait');
    await provisioner.prepare();
    let isThere = false;
    const ready = provisioner.whenReady('jobs').then((handle) => {
      isThere = true;
      return handle;
    });
    for (const name of levelNames) {
      expect(isThere).toBe(false);
      gateway.addQueue(name);
      await clock.advance(2_000);
    }
    expect((await ready).levels?.map(({ url }) => url)).toEqual(
      levelNames.map((name) => urlOf(name)),
    );
    expect(clock.pendingTimers).toBe(0);
  });

  test('is found at the place that its URL says, levels beside it', async () => {
    const { directory, gateway } = setup([{ name: urlOf('jobs'), priorities: 2 }]);
    gateway.addQueue('jobs');
    gateway.addQueue('jobs--p1');
    const { levels } = await directory.find(urlOf('jobs'));
    expect(levels?.map(({ url }) => url)).toEqual([urlOf('jobs'), urlOf('jobs--p1')]);
  });

  test('warns once of missing dead letters', async () => {
    const { provisioner, gateway, logger } = setup([{ name: 'jobs', priorities: 3 }]);
    for (const name of levelNames) gateway.addQueue(name);
    await provisioner.prepare();
    expect(logger.at('warn')).toEqual([expect.stringContaining('"jobs" has no dead-letter queue')]);
  });

  test('has levels that can be named by themselves, with the options of all', async () => {
    const { directory, gateway } = setup([
      { name: 'jobs', priorities: 3, visibilityTimeoutSeconds: 77 },
    ]);
    gateway.addQueue('p-jobs--p1');
    const level = await directory.find('jobs--p1');
    expect(level).toMatchObject({ name: 'jobs--p1', visibilityTimeoutSeconds: 77 });
  });

  test('cannot be registered again with another number of levels, or a level with other options', () => {
    const { directory } = setup([{ name: 'jobs', priorities: 3 }]);
    const again = (options: object) => () => directory.register({ name: 'jobs', ...options });
    expect(again({ priorities: 3 })).not.toThrow();
    expect(again({ priorities: 2 })).toThrow(QueueConflictError);
    expect(() => directory.register({ name: 'jobs--p1' })).not.toThrow();
  });

  test('has as many levels as it has queues: one needs no other', async () => {
    const { directory, gateway } = setup([{ name: 'jobs', priorities: 1 }]);
    gateway.addQueue('p-jobs');
    expect((await directory.find('jobs')).levels).toBeUndefined();
    expect(gateway.callsOf('GetQueueUrl')).toHaveLength(1);
  });
});
