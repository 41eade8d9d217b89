import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { TotalsReporter } from './test/totals-reporter.js';

const totalsFile = process.env['TEST_TOTALS_FILE'];
/** The entry file of another version of the SDK to test with; see scripts/check-sdk-versions.mjs. */
const sdkEntry = process.env['SDK_ENTRY'];

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: {
    tsconfigPaths: true,
    alias: sdkEntry === undefined ? {} : { '@aws-sdk/client-sqs': sdkEntry },
  },
  test: {
    globals: true,
    reporters: totalsFile === undefined ? ['default'] : ['default', new TotalsReporter(totalsFile)],
    isolate: false,
    // One more than there are cores: many tests wait for processes and sockets.
    maxWorkers: availableParallelism() + 1,
    // Bounds for a busy machine, not measures: no test waits for time to pass.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    globalSetup: ['test/support/bundle-library.ts'],
    setupFiles: ['reflect-metadata'],
    include: ['test/**/*.spec.ts', 'sample/**/*.spec.ts'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    coverage: { provider: 'v8', include: ['lib/**/*.ts'] },
  },
});
