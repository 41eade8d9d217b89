import type { QueueGateway } from '../../lib/contracts/gateway.js';
import { Probe } from './probe.js';

/** One rule that every gateway keeps. Its name is stable: differences are listed by it. */
export interface Check {
  name: string;
  /** Needs minutes or hours: run only where time can be advanced by decree. */
  takesLong?: boolean;
  run(bench: Bench): Promise<void>;
}

export interface ConformanceTarget {
  gateway: QueueGateway;
  /** Lets so much time pass for the service: by moving its clock, or by waiting. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What a check works with. */
export class Bench {
  constructor(private readonly target: ConformanceTarget) {}

  get gateway(): QueueGateway {
    return this.target.gateway;
  }

  advance(ms: number): Promise<void> {
    return this.target.advance(ms);
  }

  /** A new standard queue, its visibility timeout one second. */
  standard(attributes: Record<string, string> = {}): Promise<Probe> {
    return this.create(uniqueName(), { VisibilityTimeout: '1', ...attributes });
  }

  /** A new FIFO queue, its visibility timeout one second. */
  fifo(attributes: Record<string, string> = {}): Promise<Probe> {
    const own = { FifoQueue: 'true', VisibilityTimeout: '1' };
    return this.create(`${uniqueName()}.fifo`, { ...own, ...attributes });
  }

  async create(name: string, attributes: Record<string, string>): Promise<Probe> {
    const url = await this.gateway.createQueue(name, { attributes });
    return new Probe(this.gateway, name, url);
  }

  /** The attribute that makes `target` a queue's dead-letter queue. */
  async redriveTo(target: Probe, maxReceiveCount: number): Promise<Record<string, string>> {
    const deadLetterTargetArn = await target.attribute('QueueArn');
    return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) };
  }
}

const run = Date.now().toString(36);
let made = 0;

/** Names differ from run to run, so that a service with a memory can be asked again. */
export function uniqueName(): string {
  return `check-${run}-${String(++made).padStart(4, '0')}`;
}
