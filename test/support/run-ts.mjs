import { runnerImport } from 'vite';

// Runs a TypeScript file with its decorators in this process: node test/support/run-ts.mjs file.ts
const [file = ''] = process.argv.slice(2);
await runnerImport(file, {
  configFile: false,
  logLevel: 'error',
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
});
