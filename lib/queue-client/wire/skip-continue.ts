import type { Socket } from 'node:net';

/** What is used of a connector of undici. */
export type Connector<O> = (
  options: O,
  callback: (...connected: [Error, null] | [null, Socket]) => void,
) => void;

/**
 * Keeps `100 Continue` from undici, which takes one that it did not ask for as a broken connection: the request would be
 * sent again, though it has arrived. Node's own HTTP client, and so the SDK, waits for what follows.
 */
export function skippingContinue<O>(connect: Connector<O>): Connector<O> {
  return (options, callback) =>
    connect(options, (...connected) => {
      const [error, socket] = connected;
      if (error === null) skipContinue(socket);
      callback(...connected);
    });
}

/**
 * One request at a time is on a connection, so what comes first after it was written is the head of its answer:
 * - AT HEAD: from the writing of a request on. A whole `100` head is left out, the begin of one is kept back.
 * - PASSING: since anything else came.
 */
function skipContinue(socket: Socket): void {
  const write = socket.write.bind(socket) as (...all: unknown[]) => boolean;
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  let isAtHead = true;
  let kept: Buffer | undefined;

  socket.write = (...all: unknown[]) => {
    isAtHead = true;
    return write(...all);
  };
  socket.read = (size?: number) => {
    for (let chunk = read(size); chunk !== null; chunk = read(size)) {
      if (!isAtHead) return chunk;
      const rest = withoutContinue(kept === undefined ? chunk : Buffer.concat([kept, chunk]));
      kept = rest.isOpen ? rest.bytes : undefined;
      if (rest.isOpen || rest.bytes.length === 0) continue;
      isAtHead = false;
      return rest.bytes;
    }
    return null;
  };
}

const START = Buffer.from('HTTP/1.1 100');
const END = '\r\n\r\n';
/** A head that is longer is none that we leave out. */
const MAX_HEAD_BYTES = 16_384;

/** What follows the `100` heads at the begin of an answer; open where that cannot be told yet. */
function withoutContinue(bytes: Buffer): { bytes: Buffer; isOpen: boolean } {
  const known = Math.min(bytes.length, START.length);
  if (bytes.compare(START, 0, known, 0, known) !== 0) return { bytes, isOpen: false };
  const end = bytes.length < START.length ? -1 : bytes.indexOf(END);
  if (end !== -1) return withoutContinue(bytes.subarray(end + END.length));
  return { bytes, isOpen: bytes.length > 0 && bytes.length < MAX_HEAD_BYTES };
}
