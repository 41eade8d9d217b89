import * as nodeModule from 'node:module';
import * as loader from './ts-loader.mjs';

// Node 26 warns on standard error about `register()`; Node 20 has nothing else.
if (nodeModule.registerHooks === undefined) {
  await loadPackages();
  nodeModule.register('./ts-loader.mjs', import.meta.url);
} else nodeModule.registerHooks(loader);

/** What apps load anyhow, before each of its hundreds of files would have to pass through another thread. */
async function loadPackages() {
  const [, program = ''] = process.argv;
  if (!program.endsWith('.ts')) return;
  await import('@nestjs/core');
  await import('@nestjs/microservices');
  await import('@aws-sdk/client-sqs');
}
