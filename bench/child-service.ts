import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { SqsModuleOptions } from 'nestjs-sqs-tasks';
import type { ServiceCommand, ServiceReply, ServiceReport } from './service-messages.js';

/** A queue service in a child process; it ends with `end()`, and when this process does. */
export class ChildService {
  static async start(kind: 'memory' | 'fauxqs', latencyMs = 0): Promise<ChildService> {
    const file = new URL('./service.js', import.meta.url);
    const child = fork(file, [kind, String(latencyMs)], { execArgv: ['--expose-gc'] });
    const { endpoint } = await nextOfKind(child, 'listening');
    return new ChildService(child, endpoint);
  }

  private constructor(
    private readonly child: ChildProcess,
    readonly endpoint: string,
  ) {}

  /** How a module reaches it. */
  connection(): NonNullable<SqsModuleOptions['connection']> {
    const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
    return { endpoint: this.endpoint, region: 'us-east-1', credentials };
  }

  async report(queue: string): Promise<ServiceReport> {
    const answer = nextOfKind(this.child, 'report');
    const command: ServiceCommand = { kind: 'report', queue };
    this.child.send(command);
    return (await answer).report;
  }

  async end(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}

function nextOfKind<K extends ServiceReply['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<ServiceReply, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`The queue service ended (${code})`));
    child.once('exit', died);
    child.on('message', function take(reply: ServiceReply) {
      if (reply.kind !== kind) return;
      child.off('message', take);
      child.off('exit', died);
      resolve(reply as Extract<ServiceReply, { kind: K }>);
    });
  });
}
