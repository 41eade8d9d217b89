import { GatewayError } from '../contracts/index.js';
import type { ReceivedMessage } from '../contracts/index.js';
import type { MemoryQueueService, Operation } from '../queue-client/memory/index.js';

export interface FaultOptions {
  /** Only calls on this queue. @default all */
  queue?: string;
  /** How many calls. @default 1 */
  times?: number;
}

type When = 'before' | 'after';

interface Fault {
  readonly operation: Operation;
  readonly when: When;
  readonly queue: string | undefined;
  left: number;
  /** Throws, or changes what is; false where it did not come to it. */
  happen(call: Call): boolean;
}

interface Call {
  readonly service: MemoryQueueService;
  readonly operation: Operation;
  /** Logical name. */
  readonly queue: string;
  readonly queueUrl: string;
  readonly answer?: unknown;
}

/** What SQS and the network do now and then, done on command to the next calls that fit. */
export class SqsFaults {
  private faults: Fault[] = [];

  /** The next sends are refused, for good: by this error, or as an invalid request. */
  failNextSend(options: FaultOptions & { error?: Error } = {}): void {
    const refusal = ({ queueUrl }: Call): never => {
      throw options.error ?? failure('SendMessageBatch', queueUrl, 'invalid-request');
    };
    this.add('SendMessageBatch', 'before', options, refusal);
  }

  /** The next calls are throttled; the library tries again, after a pause. */
  throttle(operation: Operation = 'SendMessageBatch', options: FaultOptions = {}): void {
    this.add(operation, 'before', options, ({ queueUrl }) => {
      throw failure(operation, queueUrl, 'throttled');
    });
  }

  /** What the next receives bring is also given to whoever receives next, as standard queues do now and then. */
  duplicateDelivery(options: FaultOptions = {}): void {
    this.add('ReceiveMessage', 'after', options, duplicate);
  }

  /** The next calls take effect, and their answers are lost. */
  loseResponse(operation: Operation = 'SendMessageBatch', options: FaultOptions = {}): void {
    this.add(operation, 'after', options, ({ queueUrl }) => {
      throw failure(operation, queueUrl, 'timeout');
    });
  }

  /** Faults that have not happened yet never will. */
  clear(): void {
    this.faults = [];
  }

  /** Calls that faults still wait for. */
  get pendingCount(): number {
    return this.faults.reduce((sum, fault) => sum + fault.left, 0);
  }

  /** Called for each call to the service. */
  meet(when: When, call: Call): void {
    const fault = this.faults.find((one) => one.left > 0 && one.when === when && fits(one, call));
    if (fault === undefined) return;
    // Before it happens, as most throw.
    fault.left--;
    if (!fault.happen(call)) fault.left++;
  }

  private add(
    operation: Operation,
    when: When,
    { queue, times = 1 }: FaultOptions,
    happen: Fault['happen'],
  ): void {
    this.faults.push({ operation, when, queue, left: times, happen });
  }
}

function fits({ operation, queue }: Fault, call: Call): boolean {
  if (operation !== call.operation) return false;
  return queue === undefined || queue === call.queue;
}

function duplicate({ service, queueUrl, answer }: Call): boolean {
  const messages = answer as readonly ReceivedMessage[];
  if (messages.length === 0) return false;
  const changes = messages.map(({ receiptHandle }) => ({
    receiptHandle,
    visibilityTimeoutSeconds: 0,
  }));
  service.at(queueUrl).changeVisibility(changes);
  return true;
}

const details = {
  'invalid-request': 'a fault of the test refused it',
  throttled: 'a fault of the test throttled it',
  timeout: 'a fault of the test lost the answer',
} as const;

function failure(operation: Operation, queue: string, kind: keyof typeof details): GatewayError {
  return new GatewayError({ kind, operation, queue, detail: details[kind] });
}
