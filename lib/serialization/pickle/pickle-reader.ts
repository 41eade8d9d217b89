import { DecodingBudget } from '../../contracts/decoding-budget.js';
import { UndecodableMessageError } from '../../contracts/errors/index.js';
import { checkData, DataProblem } from '../codecs/data-check.js';
import { ByteReader } from './byte-reader.js';
import { malformed, refusedOpcode } from './malformed.js';
import { refusedOpcodes } from './opcode-names.js';
import { operations } from './operations.js';
import { PickleStack } from './pickle-stack.js';
import { toPlainData } from './plain-data.js';

/**
 * Reads plain data that Python pickled with protocol 0 to 5: None, booleans, numbers, text, bytes, lists, tuples (as
 * arrays), dicts (as objects) and sets; and, through the closed list of `constructors.ts`, dates and times, decimals and
 * UUIDs. Nothing is ever imported or called, and no object is made that a message asks for: what else would be is
 * refused by name.
 *
 * @throws UndecodableMessageError
 */
export function readPickle(bytes: Uint8Array, budget = new DecodingBudget()): unknown {
  const value = carryOut(new ByteReader(bytes), new PickleStack(budget));
  try {
    checkData(value, budget.limits);
  } catch (cause) {
    if (!(cause instanceof DataProblem)) throw cause;
    const problem = `its data has ${cause.found} at ${cause.path}`;
    throw new UndecodableMessageError({ problem, cause });
  }
  return value;
}

const PROTO = 0x80;
const STOP = 0x2e;

function carryOut(input: ByteReader, stack: PickleStack): unknown {
  for (let opcode = firstOpcode(input); opcode !== STOP; opcode = input.uint8()) {
    const operation = operations.get(opcode);
    if (operation === undefined) throw refused(opcode);
    operation(stack, input);
  }
  const value = stack.result();
  return stack.hasPythonObjects ? toPlainData(value, stack.budget) : value;
}

/** Behind the protocol, which protocols 0 and 1 do not name. */
function firstOpcode(input: ByteReader): number {
  const first = input.uint8();
  if (first !== PROTO) return first;
  const protocol = input.uint8();
  if (protocol > 5) throw malformed(`has protocol ${protocol}; 0 to 5 are read`);
  return input.uint8();
}

function refused(opcode: number): UndecodableMessageError {
  const name = refusedOpcodes.get(opcode) ?? `0x${opcode.toString(16).padStart(2, '0')}`;
  return refusedOpcode(name, 'plain data does not need and which is refused');
}
