// 50 processes are killed while 5,000 items pass three stages; `-- <kills> <items> <seed>` says otherwise.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
await import('../test/support/ts-register.mjs');
const { pipelineLoop } = await import('../test/behaviour/kills/pipeline-loop.ts');

const [killCount = 50, itemCount = 5_000, seed = Date.now() % 1_000_000] = process.argv
  .slice(2)
  .map(Number);
console.log(`${killCount} kills over ${itemCount} items, seed ${seed}`);
const onKill = (killed, stage) => console.log(`${killed} killed, this time ${stage}`);
const summary = await pipelineLoop({ itemCount, killCount, seed, onKill });

const { missing, madeCount, doneCount, repeatedCount, inFlightAtKills, kills } = summary;
console.log(`made                 ${madeCount}`);
console.log(`at the end           ${doneCount - repeatedCount}`);
console.log(`at the end again     ${repeatedCount}`);
console.log(`in flight at kills   ${inFlightAtKills}`);
console.log(`kills                ${JSON.stringify(kills)}`);
console.log(`lost                 ${missing.length} ${missing.slice(0, 10).join(' ')}`);
const isGood = missing.length === 0 && repeatedCount <= inFlightAtKills;
console.log(
  isGood ? 'Nothing was lost.' : `Failed; run again with: ${killCount} ${itemCount} ${seed}`,
);
process.exitCode = isGood ? 0 : 1;
