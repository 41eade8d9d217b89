// A thousand isolated tasks of which a tenth goes wrong in each way; `-- <tasks> <seed>` says otherwise.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
await import('../test/support/ts-register.mjs');
await import('reflect-metadata');
const { mixedRun } = await import('../test/nest/isolation/mixed-run.ts');

const [taskCount = 1_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
// What dying members write is part of the plan.
process.stderr.write = () => true;
let isGood = true;
for (const runtime of ['thread', 'process']) {
  const startedAt = performance.now();
  const summary = await mixedRun({ runtime, taskCount, seed });
  const { planned, failed, doneCount, repeatedCount, leftCount, wrongErrors } = summary;
  console.log(`${runtime}: ${taskCount} tasks, seed ${seed}`);
  console.log(`  went wrong once       ${JSON.stringify(planned)}`);
  console.log(`  failed deliveries     ${JSON.stringify(failed)}`);
  console.log(`  done                  ${doneCount}, more than once ${repeatedCount}`);
  console.log(`  left in the queue     ${leftCount}`);
  console.log(`  other errors          ${wrongErrors.join(' ') || 'none'}`);
  console.log(`  took                  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  const bad = Object.fromEntries(Object.entries(planned).filter(([way]) => way !== 'good'));
  isGood &&= doneCount === taskCount && repeatedCount + leftCount + wrongErrors.length === 0;
  isGood &&= JSON.stringify(failed) === JSON.stringify(bad);
}
console.log(isGood ? 'The ledger balances.' : `Failed; run again with: ${taskCount} ${seed}`);
process.exitCode = isGood ? 0 : 1;
