import { printVerdicts } from '../verdicts.js';
import { heapGrowth, heapSlope, type Sample } from './sample.js';
import type { Ledger } from './ledger.js';

export interface SoakFacts {
  kind: string;
  minutes: number;
  tasksPerSecond: number;
  loadSeconds: number;
  samples: readonly Sample[];
  warnings: readonly string[];
  /** Messages on the service after the end. */
  left: { inQueue: number; dead: number };
  ledger: Ledger;
  sendFailures: number;
  /** As the service counted them. */
  deletedCount: number;
  resourcesLeft: Record<string, number>;
}

const MAX_HEAP_GROWTH_MB = 5;

/** Prints the balance and the verdicts; answers whether all of them held. */
export function printSummary(facts: SoakFacts): boolean {
  const verdicts = [balanceOf(facts), heapOf(facts), warningsOf(facts), resourcesOf(facts)];
  console.log(
    `\nsoak: ${(facts.loadSeconds / 60).toFixed(1)} min on ${facts.kind}, Node ${process.version}; ` +
      `asked for ${facts.tasksPerSecond} tasks/s, ` +
      `achieved ${(facts.ledger.sentCount / facts.loadSeconds).toFixed(0)}`,
  );
  return printVerdicts(verdicts);
}

function balanceOf({ ledger, deletedCount, left, sendFailures }: SoakFacts) {
  const { sentCount, handledCount, repeatedCount } = ledger;
  const held =
    sentCount > 0 &&
    handledCount === sentCount &&
    deletedCount === sentCount &&
    left.inQueue + left.dead + sendFailures === 0;
  const missing = ledger.missing();
  return {
    held,
    text:
      `sent ${sentCount} = handled ${handledCount} = deleted ${deletedCount}; ${repeatedCount} handled once more, ` +
      `${sendFailures} sends failed, ${left.inQueue} left in the queue, ${left.dead} in its dead-letter queue` +
      (missing.length === 0 ? '' : `; never handled: ${missing.join(', ')}, …`),
  };
}

function heapOf({ samples }: SoakFacts) {
  // The first twelfth warms up: code is compiled, pools and buffers reach their size.
  const steady = samples.slice(Math.max(1, Math.round(samples.length / 12)));
  const growth = heapGrowth(steady);
  const [first] = steady;
  return {
    held: growth <= MAX_HEAP_GROWTH_MB,
    text:
      `heap ${first?.heapMb.toFixed(2)} MB at ${first?.minute.toFixed(1)} min, ` +
      `${steady.at(-1)?.heapMb.toFixed(2)} MB at the end: ${growth.toFixed(2)} MB more, at most ${MAX_HEAP_GROWTH_MB}; ` +
      `slope ${heapSlope(steady).toFixed(2)} MB an hour`,
  };
}

function warningsOf({ warnings }: SoakFacts) {
  return {
    held: warnings.length === 0,
    text: `${warnings.length} warnings of the process ${warnings.join(' | ')}`,
  };
}

/** After the end nothing but the standard streams may keep the process alive. */
function resourcesOf({ resourcesLeft }: SoakFacts) {
  const ours = ['TCPSocketWrap', 'TCPServerWrap', 'Timeout', 'HTTPParser', 'ProcessWrap'];
  const left = Object.entries(resourcesLeft).filter(([kind]) => ours.includes(kind));
  return {
    held: left.length === 0,
    text: `${left.length === 0 ? 'no' : JSON.stringify(left)} sockets, timers or processes left after close`,
  };
}
