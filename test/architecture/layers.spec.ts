import { readFileSync } from 'node:fs';
import { objectionTo } from './layer-rules.js';
import { importsOf, libraryFiles, repositoryFiles, specifiersIn } from './source-files.js';

/** Of code; blank lines and comments make a file easier to read, not harder. */
const MAX_LINES = 350;
/** A spec is a list of facts, read one at a time. */
const MAX_SPEC_LINES = 500;

describe('Layers of lib/', () => {
  test('every import goes from right to left, never between neighbours', () => {
    const files = libraryFiles();
    const objections = files.flatMap(importsOf).flatMap((found) => {
      const objection = objectionTo(found);
      return objection === undefined
        ? []
        : [`${found.file} imports ${found.specifier}: ${objection}`];
    });

    expect(objections).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });

  test.each([
    ['lib/contracts/task.ts', 'lib/primitives/backoff.ts'],
    ['lib/contracts/task.ts', '@nestjs/common'],
    ['lib/consumer/settler.ts', 'lib/producer/buffer.ts'],
    ['lib/consumer/settler.ts', '@aws-sdk/client-sqs'],
    ['lib/consumer/settler.ts', '@nestjs/microservices'],
    ['lib/queue-client/sdk/gateway.ts', 'lib/serialization/json.ts'],
    ['lib/nest/sqs.module.ts', 'lib/features/cli/work.ts'],
    ['lib/nest/sqs.module.ts', 'fauxqs'],
    ['lib/features/pipelines/a.ts', 'lib/features/isolation/b.ts'],
    ['lib/features/pipelines/a.ts', 'lib/consumer/worker.ts'],
    ['lib/primitives/clock.ts', 'test/support/clock.ts'],
    ['lib/utils/a.ts', 'lib/contracts/task.ts'],
    ['lib/index.ts', 'lib/testing/sqs-harness.ts'],
    ['lib/nest/sqs.module.ts', 'lib/testing/sqs-harness.ts'],
    ['lib/testing/harness.ts', '@aws-sdk/client-sqs'],
  ])('%s may not import %s', (file, imported) => {
    expect(objectionTo(importOf(file, imported))).toBeTypeOf('string');
  });

  test.each([
    ['lib/consumer/settler.ts', 'lib/primitives/backoff.ts'],
    ['lib/consumer/chain.ts', 'rxjs'],
    ['lib/queue-client/sdk/gateway.ts', '@aws-sdk/client-sqs'],
    ['lib/features/cli/work.ts', 'lib/features/pipelines/a.ts'],
    ['lib/index.ts', 'lib/features/cli/work.ts'],
    ['lib/testing/harness.ts', 'lib/nest/sqs.module.ts'],
  ])('%s may import %s', (file, imported) => {
    expect(objectionTo(importOf(file, imported))).toBeUndefined();
  });

  test('imports are found in every form', () => {
    const forms = `import 'a'; import type { B } from 'b'; export * from 'c'; await import('d'); require('e');
      let f: import('f').F; export { g } from "g";`;

    expect(specifiersIn('any.ts', forms)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });
});

describe('Files', () => {
  test('no source file is too long to read', () => {
    const long = repositoryFiles()
      .filter((file) => /^(lib|sample|test|bench|scripts)\/.*\.(ts|mjs)$/.test(file))
      .map((file) => ({ file, lines: codeLines(readFileSync(file, 'utf8')) }))
      .filter(
        ({ file, lines }) => lines > (file.endsWith('.spec.ts') ? MAX_SPEC_LINES : MAX_LINES),
      );

    expect(long).toEqual([]);
  });

  test('no file names a machine or a download host', () => {
    const named = repositoryFiles().filter((file) =>
      machineTraces.test(readFileSync(file, 'utf8')),
    );

    expect(named).toEqual([]);
    expect(machineTraces.test(['run("', 'root', 'app'].join('/'))).toBe(true);
  });

  test('the lock file names versions and hashes, not where to download', () => {
    const lock = readFileSync('package-lock.json', 'utf8');

    expect(lock).toContain('"integrity": "sha512-');
    expect(lock).not.toMatch(/"resolved": "http/);
  });
});

/** Escaped slashes and dots: this file itself does not match. */
const machineTraces =
  /["'`(\s](\/(home|root|work|Users)\/\w|[A-Z]:\\Users)|registry\.(npmjs|yarnpkg)\.|\.(npmjs\.org|pkg\.dev)\//;

function codeLines(text: string): number {
  return text.split('\n').filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length;
}

function importOf(file: string, imported: string) {
  const target = /^(lib|test)\//.test(imported) ? imported : undefined;
  return { file, specifier: imported, target };
}
