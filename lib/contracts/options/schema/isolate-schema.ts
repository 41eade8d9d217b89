import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { once } from './once.js';
import type { IsolateOptions } from '../../isolation.js';
import { ISOLATE_DEFAULTS } from '../defaults.js';
import { integer, option, required, text } from './option.js';
import { schemaOf } from './schema-of.js';

const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_MEMORY_MB = 1_048_576;

/** Every option of `isolate`; `isolateSchema` adds the rule between them. */
export const isolateShape = schemaOf<IsolateOptions>()(() => ({
  runtime: required(z.enum(['thread', 'process']), {
    expected: 'one of "thread", "process"',
    range: "'thread', 'process'",
    description:
      "Where the task runs; `'process'` for native code, which cannot be stopped in a thread.",
    cost: 'A process takes longer to start and more memory than a thread.',
  }),
  file: location('Exports the function to run; the decorated method only declares it.'),
  module: location('Exports a Nest module; the same method runs in it.'),
  export: text({
    description: 'Name of the export in that file.',
    default: 'the default export; of a module file also the only module in it',
  }),
  size: integer({
    from: 1,
    to: 1_000,
    default: 'as many as the machine has processors',
    description: 'Members of the pool: tasks that run at once.',
    cost: 'Memory of that many members.',
  }),
  idleTimeoutMs: integer({
    from: 0,
    to: MAX_TIMER_MS,
    default: ISOLATE_DEFAULTS.idleTimeoutMs,
    description: 'Milliseconds after which an idle member ends.',
    cost: 'The next task waits for a new one to start.',
  }),
  maxTasksPerMember: integer({
    from: 1,
    to: 1_000_000_000,
    default: 'unlimited',
    description: 'Tasks after which a member is replaced.',
  }),
  recycleAboveMb: integer({
    from: 1,
    to: MAX_MEMORY_MB,
    default: 'unlimited',
    description:
      'Mebibytes above which a member is replaced after its task: heap of a thread, all memory of a process.',
  }),
  heapLimitMb: integer({
    from: 16,
    to: MAX_MEMORY_MB,
    default: "Node's",
    description: 'Heap limit of a member, in mebibytes; beyond it the task fails.',
  }),
  abortGraceMs: integer({
    from: 0,
    to: 60_000,
    default: ISOLATE_DEFAULTS.abortGraceMs,
    description: 'Milliseconds from the aborted `signal` to the end of the member.',
    cost: 'A task that does not listen lives that much longer.',
  }),
  execArgv: option(z.array(z.string()).readonly(), {
    expected: 'a list of Node flags',
    description: 'Node flags of the members.',
    default: 'those of this process',
  }),
}));

export const isolateSchema = once(() => isolateShape().check(checkPlace));

function checkPlace({ value, issues }: z.core.ParsePayload<IsolateOptions>): void {
  const given = [value.file, value.module].filter((one) => one !== undefined);
  if (given.length === 1) return;
  const expected = `${given.length === 0 ? 'given' : 'left out'} where ${given.length === 0 ? 'module is not' : 'module is given'}`;
  issues.push({ code: 'custom', input: value, path: ['file'], params: { expected } });
}

/** The path of a file that is given as a URL or as its path. */
export function pathOf(place: string | URL): string {
  return isFileUrl(place) ? fileURLToPath(place) : String(place);
}

function location(description: string) {
  return option(z.custom<string | URL>(isLocation), {
    expected: "a file URL such as new URL('./train.js', import.meta.url), or an absolute path",
    description,
  });
}

function isLocation(value: unknown): boolean {
  if (typeof value !== 'string' && !(value instanceof URL)) return false;
  return isFileUrl(value) || (typeof value === 'string' && isAbsolute(value));
}

function isFileUrl(value: string | URL): boolean {
  return String(value).startsWith('file:');
}
