import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { SqsEmbedded } from '../../lib/index.js';
import { readmeSnippets } from './readme-snippets.js';

/** Inside the project, so that the snippets find its packages. */
const folder = join(import.meta.dirname, '.readme');
const snippets = readmeSnippets(readFileSync('README.md', 'utf8'));
const files = [...snippets.keys()].map((file) => join(folder, file));

describe('README', () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of snippets) writeFileSync(join(folder, file), text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test('shows a producer and a worker of about twenty lines', () => {
    expect([...snippets.keys()]).toEqual(['producer.ts', 'worker.ts']);
    for (const text of snippets.values()) expect(text.trim().split('\n').length).toBeLessThan(26);
  });

  test('shows programs that compile under strict', { timeout: 60_000 }, () => {
    expect(compileErrors()).toEqual([]);
  });

  test('shows a worker that handles what the producer sends', { timeout: 30_000 }, async () => {
    const sqs = await SqsEmbedded.start();
    pointSdkTo(sqs.endpoint);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const handled = lineOf('"Welcome" to ada@example.org, attempt 1');
    try {
      await import(join(folder, 'producer.ts'));
      const running = import(join(folder, 'worker.ts'));
      await expect(handled).resolves.toBeUndefined();
      process.emit('SIGTERM');
      await running;
    } finally {
      await sqs.close();
    }
  });
});

/** Of the snippets alone: the library's own types are checked elsewhere. */
function compileErrors(): string[] {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const program = ts.createProgram(files, options);
  return files
    .map((file) => program.getSourceFile(file))
    .flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

function pointSdkTo(endpoint: string): void {
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'readme');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'readme');
}

/** Resolves once the snippets print the line. */
function lineOf(wanted: string): Promise<void> {
  return new Promise((resolve) => {
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => {
      if (line === wanted) resolve();
    });
  });
}
