import { printable } from '../../../primitives/printable.js';
import { DeclinedError, NotConfirmedError } from '../errors/cli-errors.js';
import type { CliHost } from '../host.js';

/**
 * Asks before something is destroyed.
 * @throws NotConfirmedError where there is nobody to ask, DeclinedError where the answer is not yes
 */
export async function confirm(
  question: string,
  { host, isConfirmed }: { host: Pick<CliHost, 'ask'>; isConfirmed: boolean },
): Promise<void> {
  if (isConfirmed) return;
  if (host.ask === undefined) throw new NotConfirmedError({ question });
  const answer = await host.ask(`${printable(question)} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new DeclinedError();
}
