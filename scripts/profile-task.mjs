import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale, compile } from './build-if-stale.mjs';
import { added, selfTimes } from './cpu-profile.mjs';

/**
 * Where the processor time of one task goes, and that of one send: a contender of the benchmarks runs under Node's own
 * profiler, and each function's part of the samples is its part of the client CPU. Only the measured part counts, not
 * the warm-up.
 */
const { values: flags } = parseArgs({
  options: {
    tasks: { type: 'string', default: '100000' },
    sends: { type: 'string', default: '50000' },
    contender: { type: 'string', default: 'ours' },
    rows: { type: 'string', default: '25' },
  },
});

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
buildIfStale();
compile('bench/tsconfig.bench.json');
const service = fork('dist-bench/canned-sqs.js', ['0']);
const endpoint = `http://127.0.0.1:${(await reply(service, 'listening')).port}`;
print('task', await underProfiler('dist-bench/contender.js', consume));
print('send', await underProfiler('dist-bench/producing/sender.js', produce));
service.disconnect();

/** Each answers the client CPU of one task, and when the measured part began. */
async function consume(client) {
  const measureTasks = Number(flags.tasks);
  const marked = reply(client, 'mark');
  const measured = reply(client, 'measured');
  client.send({ name: flags.contender, endpoint, warmUpTasks: 20_000, measureTasks });
  await marked;
  const startedAt = performance.now();
  const { cpuMicros, tasks } = await measured;
  return { microsEach: cpuMicros / tasks, startedAt };
}

async function produce(client) {
  const what = { kind: 'burst', name: flags.contender, sendCount: Number(flags.sends) };
  const ready = reply(client, 'ready');
  const measured = reply(client, 'burst');
  client.send({ what, endpoint });
  await ready;
  const startedAt = performance.now();
  client.send('go');
  const { cpuMicrosPerSend } = (await measured).figures;
  return { microsEach: cpuMicrosPerSend, startedAt };
}

async function underProfiler(program, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'profile-task-'));
  const options = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'];
  const client = fork(program, { execArgv: options });
  const ended = once(client, 'exit');
  const { microsEach, startedAt } = await measure(client);
  const lastMs = performance.now() - startedAt;
  // It writes its profile on its way out.
  client.disconnect();
  await ended;
  const [file] = readdirSync(folder);
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  rmSync(folder, { recursive: true });
  return { microsEach, functions: selfTimes(profile, lastMs) };
}

function print(unit, { microsEach, functions }) {
  const total = functions.reduce((sum, { micros }) => sum + micros, 0);
  const each = ({ micros }) => ((micros / total) * microsEach).toFixed(2);
  console.log(
    `\none ${unit}, ${flags.contender}: ${microsEach.toFixed(1)} µs under the profiler\n`,
  );
  console.log(`| layer or package | µs per ${unit} |\n| --- | ---: |`);
  for (const one of added(functions, ({ layer }) => layer).slice(0, Number(flags.rows))) {
    console.log(`| ${one.layer} | ${each(one)} |`);
  }
  console.log(`\n| function | of | µs per ${unit} |\n| --- | --- | ---: |`);
  for (const one of functions.slice(0, Number(flags.rows))) {
    console.log(`| \`${one.name}\` | ${one.layer} | ${each(one)} |`);
  }
}

function reply(from, kind) {
  return new Promise((resolve, reject) => {
    const died = (code) => reject(new Error(`A process ended early, with exit code ${code}`));
    from.once('exit', died);
    from.on('message', function take(message) {
      if (message.kind !== kind) return;
      from.off('message', take);
      from.off('exit', died);
      resolve(message);
    });
  });
}
