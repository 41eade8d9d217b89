import { UndecodableMessageError } from '../../contracts/errors/index.js';

export function malformed(problem: string): UndecodableMessageError {
  return new UndecodableMessageError({ problem: `its pickle ${problem}` });
}

/** The error for an opcode that is not carried out. */
export function refusedOpcode(name: string, why: string): UndecodableMessageError {
  return malformed(`has the opcode ${name}, which ${why}`);
}

/** Text of a stranger for an error: in quotes, escaped, and short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 100)}…`);
}
