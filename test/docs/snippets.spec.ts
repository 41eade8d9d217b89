import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { exportsOf } from '../architecture/exports-of.js';
import { asModule, snippetsOf } from './page-snippets.js';

/** Inside the project, so that the snippets find its packages. */
const folder = join(import.meta.dirname, '.snippets');
const files = new Map<string, string>();

/** What readers import by themselves, as their editors would. */
const known = new Map([
  // Pages have a WorkerModule of their reader's.
  ['nestjs-sqs-tasks', namesIn('lib/index.ts').filter((name) => name !== 'WorkerModule')],
  ['nestjs-sqs-tasks/testing', namesIn('lib/testing/index.ts')],
  [
    '@nestjs/common',
    [
      'Body',
      'Controller',
      'Get',
      'Inject',
      'Injectable',
      'Module',
      'Post',
      'UseGuards',
      'UsePipes',
    ],
  ],
  ['@nestjs/core', ['NestFactory']],
  ['@nestjs/microservices', ['ClientsModule', 'Ctx', 'EventPattern', 'MessagePattern', 'Payload']],
  ['@nestjs/testing', ['Test']],
  ['zod', ['z']],
]);

for (const page of ['README.md', ...pagesIn('docs')]) {
  snippetsOf(readFileSync(page, 'utf8')).forEach((text, index) => {
    const name = `${page.replaceAll(/[/.]/g, '-')}-${index + 1}.ts`;
    files.set(join(folder, name), asModule(text, known));
  });
}

/** What `nest new` writes, as far as it decides what compiles. */
const both: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  isolatedModules: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  esModuleInterop: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  strictPropertyInitialization: false,
};

/**
 * Snippets are parts of programs: names that a page does not declare, `this` outside of a class, and what is left out
 * as `…` are no mistakes.
 */
const PARTS_OF_PROGRAMS = new Set([
  2304, 2552, 18004, 2532, 2355, 2377, 7006, 7017, 7031, 7052, 7053,
]);

describe('Snippets of the pages', () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of files) writeFileSync(file, text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each<[string, ts.CompilerOptions]>([
    ['Nest 11', { strictNullChecks: true, noImplicitAny: false }],
    ['Nest 12', { strict: true }],
  ])('compile as new projects of %s are set up', { timeout: 120_000 }, (_nest, own) => {
    expect(problemsUnder({ ...both, ...own })).toEqual([]);
  });
});

function pagesIn(root: string): string[] {
  const pages = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return pages.filter((page) => /^(?!decisions).*\.md$/.test(page)).map((page) => join(root, page));
}

/** The second program takes over what the first has read. */
let earlier: ts.Program | undefined;

function problemsUnder(own: ts.CompilerOptions): string[] {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const { paths, types } = options;
  const all = { ...own, paths, types, noEmit: true };
  const program = ts.createProgram([...files.keys()], all, undefined, earlier);
  earlier = program;
  return [...files.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found
      .filter(({ code }) => !PARTS_OF_PROGRAMS.has(code))
      .map(({ code, messageText, start = 0 }) => {
        const line = source?.getLineAndCharacterOfPosition(start).line ?? 0;
        const text = ts.flattenDiagnosticMessageText(messageText, ' ');
        return `${file.slice(folder.length + 1)}:${line + 1}: TS${code} ${text}`;
      });
  });
}

function namesIn(entry: string): string[] {
  return exportsOf(entry).map((line) => line.slice(line.lastIndexOf(' ') + 1));
}
