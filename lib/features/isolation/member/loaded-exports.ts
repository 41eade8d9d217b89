import { MemberStartError } from '../isolation.errors.js';
import type { CodeReference } from '../protocol.js';
import { errorText } from '../../../primitives/error-text.js';

export type Exports = Readonly<Record<string, unknown>>;

/** What a file exports; CommonJS files that were compiled from ES modules included. @throws MemberStartError */
export async function loadedExports({ url }: CodeReference, handler: string): Promise<Exports> {
  try {
    const loaded = (await import(url)) as Exports;
    return { ...fieldsOf(loaded['default']), ...loaded, ...defaultOf(loaded) };
  } catch (cause) {
    const problem = `${url} cannot be loaded: ${errorText(cause)}`;
    throw new MemberStartError({ handler, problem, cause });
  }
}

/** `module.exports` of a CommonJS file is its default export, and what it calls default lies inside. */
function defaultOf(loaded: Exports): Exports {
  const inner = fieldsOf(loaded['default'])['default'];
  return inner === undefined ? {} : { default: inner };
}

function fieldsOf(value: unknown): Exports {
  return typeof value === 'object' && value !== null ? (value as Exports) : {};
}
