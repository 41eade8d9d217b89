import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { RequestCounts, ServerCommand, ServerReply } from '../messages.js';

/** The service that takes everything and does no work, in a child process. */
export class CannedService {
  static async start(): Promise<CannedService> {
    const child = fork(new URL('../canned-sqs.js', import.meta.url), ['0']);
    const { port } = await replyOf(child, 'listening');
    return new CannedService(child, `http://127.0.0.1:${port}`);
  }

  private constructor(
    private readonly child: ChildProcess,
    readonly endpoint: string,
  ) {}

  async counts(): Promise<RequestCounts> {
    const answer = replyOf(this.child, 'counts');
    this.tell({ kind: 'count' });
    return (await answer).counts;
  }

  async end(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.tell({ kind: 'end' });
    await ended;
  }

  private tell(command: ServerCommand): void {
    this.child.send(command);
  }
}

function replyOf<K extends ServerReply['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<ServerReply, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`The queue service ended (${code})`));
    child.once('exit', died);
    child.on('message', function take(reply: ServerReply) {
      if (reply.kind !== kind) return;
      child.off('message', take);
      child.off('exit', died);
      resolve(reply as Extract<ServerReply, { kind: K }>);
    });
  });
}
