import { readFileSync, writeFileSync } from 'node:fs';
import { jsonLines } from './support/captured-output.js';
import { closeApps } from './support/memory-app.js';
import { recordedLog } from './support/recorded-log.js';
import type { LogKind } from './support/recorded-log.js';

const page = new URL('../../docs/learning/logging.md', import.meta.url);

afterEach(closeApps);

describe('docs/learning/logging.md', () => {
  test.each<[LogKind, string]>([
    ['text', 'text'],
    ['json', 'json'],
    ['pino', 'json'],
  ])('shows what is logged: %s; UPDATE_DOCS=1 rewrites it', async (kind, language) => {
    const lines = await recordedLog(kind);
    const block = `<!-- recorded: ${kind} -->\n\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n\n<!-- /recorded -->`;
    const around = new RegExp(`<!-- recorded: ${kind} -->[\\s\\S]*?<!-- /recorded -->`);
    if (process.env['UPDATE_DOCS'] === '1') {
      writeFileSync(
        page,
        readFileSync(page, 'utf8').replace(around, () => block),
      );
    }
    expect(around.exec(readFileSync(page, 'utf8'))?.[0]).toBe(block);
  });
});

describe('A log in JSON', () => {
  test.each<[LogKind, string, string]>([
    ['json', 'message', 'stack'],
    ['pino', 'msg', 'err'],
  ])(
    'has text under %s’s own key in every line, and the facts beside it',
    async (kind, key, error) => {
      const lines = jsonLines((await recordedLog(kind)).join('\n'));
      for (const line of lines) {
        expect(line[key]).toEqual(expect.any(String));
        expect(line['context']).toBe('SqsWorker');
      }
      const failed = lines.filter((line) => String(line[key]).startsWith('Task failed'));
      expect(
        failed.map(({ task, outcome, delaySeconds }) => ({ task, outcome, delaySeconds })),
      ).toEqual([
        { task: 'remind', outcome: 'retry', delaySeconds: 30 },
        { task: 'remind', outcome: 'dead-letter', delaySeconds: undefined },
        { task: 'welcome', outcome: 'retry', delaySeconds: 30 },
      ]);
      for (const line of failed) expect(line[error]).toBeDefined();
    },
  );
});
