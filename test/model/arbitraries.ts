import {
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  type Arbitrary,
} from 'fast-check';
import type { ExpiredHandles } from '../../lib/queue-client/memory/memory-queue-service.js';
import type { Act, Fault, Operation, Scenario, Settings, Step } from './scenario.js';

type Fixed = Pick<Settings, 'isFifo' | 'fifoFailure' | 'priorities'>;

/** Scenarios on one kind of queue. Shrinking goes towards the first of the constants below: the plainest. */
export function scenarios(fixed: Fixed): Arbitrary<Scenario> {
  return record({
    settings: settings(fixed),
    steps: array(step(fixed.isFifo), { maxLength: 40, size: 'max' }),
    randomSeed: nat(),
  });
}

function settings({ isFifo, fifoFailure, priorities }: Fixed): Arbitrary<Settings> {
  return record({
    isFifo: constant(isFifo),
    fifoFailure: constant(fifoFailure),
    priorities: constant(priorities),
    priorityOrder: constantFrom('strict', 'weighted'),
    // None of the delays below, so that an extension can be told from a retry.
    visibilityTimeoutSeconds: constantFrom(31, 5, 121),
    concurrency: constantFrom(2, 1, 3, 5),
    prefetch: constantFrom(0, 1, 4, 10),
    maxReceiveCount: constantFrom(undefined, 5, 2),
    maxAttempts: constantFrom(undefined, undefined, 3),
    settleLingerMs: constantFrom(250, 0, 1_000),
    waitTimeSeconds: often(20, constantFrom(20), 1, constantFrom(1, 0)),
    timeoutMs: constantFrom(undefined, undefined, 2_000),
    drainTimeoutMs: constantFrom(20_000, 20_000, 1_000, 0),
    maxOpenReceives: constantFrom(undefined, undefined, 1, 2),
    expiredHandles: expiredHandles(),
  });
}

/** Both ways, unless `MODEL_EXPIRED_HANDLES` names one. */
function expiredHandles(): Arbitrary<ExpiredHandles> {
  const only = process.env['MODEL_EXPIRED_HANDLES'];
  return only === undefined ? constantFrom('refuse', 'ignore') : constant(only as ExpiredHandles);
}

function step(isFifo: boolean): Arbitrary<Step> {
  const worker = nat({ max: 1 });
  const steps: { weight: number; arbitrary: Arbitrary<Step> }[] = [
    of(12, 'send', {
      group: nat({ max: 4 }),
      delaySeconds: isFifo ? constant(0) : constantFrom(0, 0, 0, 1, 40),
      tasks: array(array(act(), { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
    }),
    of(14, 'wait', { ms: pastime() }),
    of(1, 'stall', { ms: constantFrom(3_000, 20_000, 40_000, 300_000) }),
    of(3, 'start', {}),
    of(1, 'stop', { worker, exiting: boolean() }),
    of(1, 'abort', { worker }),
    of(1, 'kill', { worker, pollStays: boolean() }),
    of(1, 'pause', { worker }),
    of(1, 'resume', { worker }),
    of(1, 'concurrency', { worker, to: constantFrom(1, 2, 4, 8) }),
    of(6, 'fault', { fault: fault() }),
    of(1, 'snatch', {
      count: integer({ min: 1, max: 5 }),
      visibilitySeconds: constantFrom(1, 0, 20, 200),
    }),
    of(1, 'expose', { nth: nat({ max: 4 }) }),
  ];
  return oneof(...steps);
}

function act(): Arbitrary<Act> {
  const usual = constantFrom<Act['kind'][]>('succeed', 'fail');
  const rare = constantFrom<Act['kind'][]>('retry', 'leave', 'discard', 'dead-letter');
  const short = oneof(constantFrom(0, 0, 20, 400), constantFrom(0, 3_000, 45_000));
  return record({
    kind: often(3, usual, 2, rare),
    ms: often(9, short, 1, constantFrom(200_000, 1_300_000)),
    heeds: boolean(),
    delaySeconds: often(500, delay(), 1, constantFrom(43_200, 50_000)),
    blocksMs: often(15, constant(0), 1, constantFrom(1_000, 40_000)),
    extendSeconds: often(500, extension(), 1, constant(50_000)),
    extendsAtOnce: often(4, constant(false), 1, constant(true)),
  });
}

function delay(): Arbitrary<number | undefined> {
  const odd = constantFrom(600, 0.4, -1, NaN);
  return often(9, constantFrom<(number | undefined)[]>(0, 1, 3, 29, undefined), 1, odd);
}

function extension(): Arbitrary<number | undefined> {
  return often(9, constant<number | undefined>(undefined), 1, constantFrom(10, 300));
}

function pastime(): Arbitrary<number> {
  return oneof(
    { weight: 15, arbitrary: integer({ min: 1, max: 60 }) },
    { weight: 15, arbitrary: integer({ min: 100, max: 1_500 }) },
    { weight: 25, arbitrary: integer({ min: 1_000, max: 40_000 }) },
    { weight: 10, arbitrary: integer({ min: 60_000, max: 1_200_000 }) },
    { weight: 1, arbitrary: integer({ min: 3_600_000, max: 46_800_000 }) },
  );
}

const faultKinds: Fault['kind'][] = [
  'refuse',
  'lose',
  'fail-entries',
  'lose-entries',
  'drop-entries',
  'slow-before',
  'slow-after',
  'late',
];

function fault(): Arbitrary<Fault> {
  return record({
    operation: constantFrom<Operation[]>('receive', 'delete', 'visibility', 'send'),
    kind: constantFrom(...faultKinds),
    calls: constantFrom(1, 1, 2, 5, 20),
    ms: constantFrom(50, 2_000, 10_000, 20_000),
    chosen: array(boolean(), { minLength: 10, maxLength: 10 }),
    blame: boolean(),
  });
}

function of<D extends Step['do'], F extends object>(
  weight: number,
  name: D,
  fields: { [K in keyof F]: Arbitrary<F[K]> },
): { weight: number; arbitrary: Arbitrary<Step> } {
  const made = record({ do: constant(name), ...fields }) as Arbitrary<unknown>;
  return { weight, arbitrary: made as Arbitrary<Step> };
}

function often<A, B>(
  usualWeight: number,
  usual: Arbitrary<A>,
  rareWeight: number,
  rare: Arbitrary<B>,
): Arbitrary<A | B> {
  return oneof({ weight: usualWeight, arbitrary: usual }, { weight: rareWeight, arbitrary: rare });
}
