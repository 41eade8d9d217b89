// SEND_TASKS (20,000) are sent through faults, to a standard queue and to FIFO queues; SEND_SEED decides which fail.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
await import('../test/support/ts-register.mjs');
const { sendLoop } = await import('../test/behaviour/faults/send-loop.ts');
const { verdictOf } = await import('../test/behaviour/faults/send-verdict.ts');

const taskCount = Number(process.env.SEND_TASKS ?? 20_000);
const seed = Number(process.env.SEND_SEED ?? Date.now() % 1_000_000);
const again = `SEND_TASKS=${taskCount} SEND_SEED=${seed}`;
const kinds = {
  standard: {},
  FIFO: { isFifo: true },
  'FIFO, strictOrder': { isFifo: true, strictOrder: true },
};

console.log(again);
for (const [name, options] of Object.entries(kinds)) report(name, options, await run(options));

async function run(options) {
  const summary = await sendLoop({ taskCount, seed, ...options });
  return { summary, verdict: verdictOf(summary) };
}

function report(name, { isFifo = false }, { summary, verdict }) {
  const { missing, outOfOrder, arrivedThoughRejected, settledCount, ...counts } = verdict;
  console.log(`${name}: ${summary.requestCount} requests, faults met:`, summary.faults);
  console.log({
    settled: settledCount,
    ...counts,
    arrivedThoughRejected: arrivedThoughRejected.length,
    missing: missing.length,
    outOfOrder: isFifo ? outOfOrder.length : 'no order promised',
  });
  const isOrdered = !isFifo || (outOfOrder.length === 0 && verdict.repeatedCount === 0);
  if (settledCount === taskCount && missing.length === 0 && isOrdered) return;
  console.log(`${name} failed; run again with: ${again}`);
  process.exitCode = 1;
}
