import { Bench, type Check, type ConformanceTarget } from './check.js';
import { deadLetterChecks } from './checks/dead-letters.js';
import { fifoChecks } from './checks/fifo.js';
import { longPollChecks } from './checks/long-polls.js';
import { moveTaskChecks } from './checks/move-tasks.js';
import { queueChecks } from './checks/queues.js';
import { sendingChecks } from './checks/sending.js';
import { settlingChecks } from './checks/settling.js';
import { visibilityChecks } from './checks/visibility.js';

export type { ConformanceTarget } from './check.js';

export interface SuiteOptions {
  /** Checks that this gateway is known to fail, by name, each with the reason. They must go on failing. */
  knownDifferences?: ReadonlyMap<string, string>;
  /** True where `advance` takes no real time, so that checks of minutes and hours run too. */
  hasVirtualTime?: boolean;
  /** Runs the checks side by side: for services whose time is real. */
  concurrent?: boolean;
}

/**
 * What each `QueueGateway` must do, whatever stands behind it. Every check makes its own queues.
 *
 * @example
 * queueGatewaySuite('memory', setup, { hasVirtualTime: true });
 */
export function queueGatewaySuite(
  name: string,
  setup: () => ConformanceTarget | Promise<ConformanceTarget>,
  options: SuiteOptions = {},
): void {
  describe(`QueueGateway: ${name}`, { concurrent: options.concurrent ?? false }, () => {
    let target: ConformanceTarget;
    beforeAll(async () => {
      target = await setup();
    });
    afterAll(() => target.close());
    refuseUnknownNames(options.knownDifferences);
    for (const check of CHECKS.filter((each) => options.hasVirtualTime || !each.takesLong)) {
      declare(check, () => new Bench(target), options.knownDifferences?.get(check.name));
    }
  });
}

const CHECKS: readonly Check[] = [
  ...queueChecks,
  ...sendingChecks,
  ...visibilityChecks,
  ...longPollChecks,
  ...settlingChecks,
  ...fifoChecks,
  ...deadLetterChecks,
  ...moveTaskChecks,
];

function declare(check: Check, bench: () => Bench, difference: string | undefined): void {
  if (difference === undefined) test(check.name, () => check.run(bench()));
  // A difference that has gone fails here, and leaves the list.
  else test.fails(`differs: ${check.name} (${difference})`, () => check.run(bench()));
}

function refuseUnknownNames(differences: ReadonlyMap<string, string> = new Map()): void {
  const names = new Set(CHECKS.map((check) => check.name));
  const unknown = [...differences.keys()].filter((name) => !names.has(name));
  if (unknown.length > 0) throw new Error(`No check is named ${unknown.join(', ')}`);
}
