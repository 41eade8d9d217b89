import { controlError } from '../support/control-errors.js';
import type { Act } from './scenario.js';

/** What a handler does that is told nothing. */
export const plainSuccess: Act = {
  kind: 'succeed',
  ms: 0,
  heeds: false,
  delaySeconds: undefined,
  blocksMs: 0,
  extendSeconds: undefined,
  extendsAtOnce: false,
};

/** Ends a handler as its act says. */
export function conclude({ kind, delaySeconds }: Act): void {
  switch (kind) {
    case 'succeed':
      return;
    case 'fail':
      throw Object.assign(new Error('it fails'), { delaySeconds });
    case 'retry':
      throw controlError({ kind, ...(delaySeconds !== undefined && { delaySeconds }) });
    case 'leave':
      throw controlError({ kind });
    case 'discard':
    case 'dead-letter':
      throw controlError({ kind, reason: 'it wants to' });
  }
}
