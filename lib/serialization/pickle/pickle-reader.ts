import { UndecodableMessageError } from '../../contracts/errors/index.js';
import { checkData, DataProblem } from '../codecs/data-check.js';
import { MAX_UNPACKED_BYTES } from '../codecs/inflate.js';
import { ByteReader } from './byte-reader.js';
import { refusedOpcodes } from './opcode-names.js';
import { operations } from './operations.js';
import { malformed, PickleStack } from './pickle-stack.js';

/**
 * Reads plain data that Python pickled with protocol 2 to 5: None, booleans, numbers, text, bytes, lists, tuples (as
 * arrays), dicts (as objects) and sets. Nothing is ever imported, called or constructed: an opcode that would is
 * refused by name.
 *
 * @throws UndecodableMessageError
 */
export function readPickle(bytes: Uint8Array): unknown {
  const value = build(new ByteReader(bytes));
  try {
    checkData(value, MAX_UNPACKED_BYTES);
  } catch (cause) {
    if (!(cause instanceof DataProblem)) throw cause;
    const problem = `its data has ${cause.found} at ${cause.path}`;
    throw new UndecodableMessageError({ problem, cause });
  }
  return value;
}

const PROTO = 0x80;
const STOP = 0x2e;

function build(input: ByteReader): unknown {
  requireProtocol(input);
  const stack = new PickleStack();
  for (let opcode = input.uint8(); opcode !== STOP; opcode = input.uint8()) {
    const operation = operations.get(opcode);
    if (operation === undefined) throw refused(opcode);
    operation(stack, input);
  }
  return stack.result();
}

function requireProtocol(input: ByteReader): void {
  if (input.uint8() !== PROTO) throw malformed('does not begin with its protocol');
  const protocol = input.uint8();
  if (protocol < 2 || protocol > 5) {
    throw malformed(`has protocol ${protocol}; 2 to 5 are read`);
  }
}

function refused(opcode: number): UndecodableMessageError {
  const name = refusedOpcodes.get(opcode) ?? `0x${opcode.toString(16).padStart(2, '0')}`;
  return malformed(`has the opcode ${name}, which plain data does not need and which is refused`);
}
