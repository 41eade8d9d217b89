import type { Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { MemberStartError } from '../isolation.errors.js';
import type { CodeReference } from '../protocol.js';
import type { Exports } from './loaded-exports.js';

/** The Nest module of a file: the one named, the default export, or the only one. @throws MemberStartError */
export function moduleIn(
  exported: Exports,
  { code, handler }: { code: CodeReference; handler: string },
): Type<unknown> {
  const found = candidates(exported, code.exportName);
  const [only, second] = [...new Set(found)];
  if (only !== undefined && second === undefined) return only;
  const name = code.exportName === undefined ? '' : ` as "${code.exportName}"`;
  const count = only === undefined ? 'no' : 'more than one';
  const problem = `${code.url} exports ${count} Nest module${name}; say which with isolate.export`;
  throw new MemberStartError({ handler, problem });
}

function candidates(exported: Exports, name: string | undefined): Type<unknown>[] {
  if (name !== undefined) return [exported[name]].filter(isModule);
  const byDefault = [exported['default']].filter(isModule);
  return byDefault.length > 0 ? byDefault : Object.values(exported).filter(isModule);
}

function isModule(value: unknown): value is Type<unknown> {
  return (
    typeof value === 'function' && metadataNames.some((name) => Reflect.hasMetadata(name, value))
  );
}

/** What `@Module()` leaves on a class. */
const metadataNames = Object.values(MODULE_METADATA);
