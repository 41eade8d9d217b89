// 200 workers are killed over 20,000 tasks; `-- <kills> <tasks> <seed>` says otherwise. The seed decides when.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
await import('../test/support/ts-register.mjs');
const { killLoop } = await import('../test/behaviour/kills/kill-loop.ts');

const [killCount = 200, taskCount = 20_000, seed = Date.now() % 1_000_000] = process.argv
  .slice(2)
  .map(Number);
console.log(`${killCount} kills over ${taskCount} tasks, seed ${seed}`);
const onKill = (killed) => killed % 20 === 0 && console.log(`${killed} killed`);
const summary = await killLoop({ taskCount, killCount, seed, onKill });

const { sent, missing, doneCount, repeatedCount, inFlightAtKills } = summary;
console.log(`sent                 ${sent}`);
console.log(`done                 ${doneCount - repeatedCount}`);
console.log(`done again           ${repeatedCount}`);
console.log(`in flight at kills   ${inFlightAtKills}`);
console.log(`lost                 ${missing.length} ${missing.slice(0, 10).join(' ')}`);
const isGood = missing.length === 0 && repeatedCount <= inFlightAtKills;
console.log(
  isGood ? 'Nothing was lost.' : `Failed; run again with: ${killCount} ${taskCount} ${seed}`,
);
process.exitCode = isGood ? 0 : 1;
