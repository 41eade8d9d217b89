import {
  GatewayError,
  type CallOptions,
  type Clock,
  type EntryResult,
  type OutgoingMessage,
  type QueueGateway,
  type ReceivedMessage,
  type ReceiveRequest,
  type SentMessage,
  type VisibilityChange,
} from '../../lib/contracts/index.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import type { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import type { Fault, Operation } from './scenario.js';

export interface ModelGatewayParts {
  service: MemoryQueueService;
  clock: Clock;
  /** How its calls reach the service. @default directly */
  line?: QueueGateway;
  maxOpenReceives: number | undefined;
  faultFor(operation: Operation): Fault | undefined;
  /** The event loop stands still. */
  stall(ms: number): void;
  watch: GatewayWatch;
}

/** Told of what goes over the wire. */
export interface GatewayWatch {
  called(operation: Operation, detail: string): void;
  /** The service gave messages; the worker sees them unless `isLost`. */
  given(messages: ReceivedMessage[], facts: GivenFacts): void;
  /** An operation on receipts leaves; answers what tells of its end, or that nobody waits for it any more. */
  begins(handles: readonly string[], kind: ReceiptOperation): () => void;
  /** The service did as asked, whether or not the worker hears of it. */
  deletesApplied(handles: readonly string[]): void;
  deletesAnswered(handles: readonly string[], results: readonly EntryResult[]): void;
  visibilityApplied(entries: readonly VisibilityChange[]): void;
  visibilityAnswered(
    entries: readonly VisibilityChange[],
    results: readonly EntryResult[],
    askedAt: number,
  ): void;
}

export type ReceiptOperation = 'delete' | 'change' | 'extend';

export interface GivenFacts {
  /** When the receive left. */
  readonly askedAt: number;
  readonly seconds: number;
  readonly isLost: boolean;
}

/** One process's line to the service: calls fail, are slow or lose their answers, and end when the process dies. */
export class ModelGateway extends MemoryGateway {
  readonly maxOpenReceives?: number;
  isDead = false;
  private readonly line: QueueGateway;

  constructor(private readonly own: ModelGatewayParts) {
    super(own);
    this.line = own.line ?? new MemoryGateway(own);
    if (own.maxOpenReceives !== undefined) this.maxOpenReceives = own.maxOpenReceives;
  }

  override async receive(
    queueUrl: string,
    request: ReceiveRequest,
    options: CallOptions = {},
  ): Promise<ReceivedMessage[]> {
    const { watch } = this.own;
    watch.called('receive', String(request.maxMessages));
    const askedAt = this.own.clock.now();
    const fault = await this.begin('receive', options.signal);
    const messages = await this.alive(this.line.receive(queueUrl, request, options));
    const seconds = request.visibilityTimeoutSeconds ?? NaN;
    const isLost = fault?.kind === 'lose' || fault?.kind === 'slow-after';
    if (isLost) watch.given(messages, { askedAt, seconds, isLost: true });
    await this.end(fault, 'receive', options.signal);
    watch.given(messages, { askedAt, seconds, isLost: false });
    return messages;
  }

  override deleteBatch(queueUrl: string, handles: readonly string[]): Promise<EntryResult[]> {
    const { watch } = this.own;
    watch.called('delete', String(handles.length));
    const over = watch.begins(handles, 'delete');
    return this.entries('delete', handles, {
      call: (kept) => this.line.deleteBatch(queueUrl, kept),
      applied: (kept) => watch.deletesApplied(kept),
      answered: (results) => watch.deletesAnswered(handles, results),
      over,
    });
  }

  /** With a signal it is an extension. Once that is aborted nobody waits for it, and it may still take effect. */
  override changeVisibilityBatch(
    queueUrl: string,
    entries: readonly VisibilityChange[],
    { signal }: CallOptions = {},
  ): Promise<EntryResult[]> {
    const { watch, clock } = this.own;
    const askedAt = clock.now();
    const seconds = entries.map((entry) => entry.visibilityTimeoutSeconds).join(' ');
    watch.called('visibility', `to ${seconds} s`);
    const handles = entries.map(({ receiptHandle }) => receiptHandle);
    const over = watch.begins(handles, signal === undefined ? 'change' : 'extend');
    signal?.addEventListener('abort', over);
    return this.entries('visibility', entries, {
      call: (kept) => this.line.changeVisibilityBatch(queueUrl, kept),
      applied: (kept) => watch.visibilityApplied(kept),
      answered: (results) => {
        if (signal?.aborted !== true) watch.visibilityAnswered(entries, results, askedAt);
      },
      over,
    });
  }

  override sendBatch(
    queueUrl: string,
    entries: readonly OutgoingMessage[],
  ): Promise<EntryResult<SentMessage>[]> {
    this.own.watch.called('send', String(entries.length));
    return this.entries('send', entries, {
      call: (kept) => this.line.sendBatch(queueUrl, kept),
      applied: () => {},
      answered: () => {},
      over: () => {},
    });
  }

  override close(): Promise<void> {
    return this.line.close();
  }

  private async entries<E, T>(
    operation: Operation,
    entries: readonly E[],
    parts: {
      call(kept: readonly E[]): Promise<EntryResult<T>[]>;
      applied(kept: readonly E[]): void;
      answered(results: readonly EntryResult<T>[]): void;
      over(): void;
    },
  ): Promise<EntryResult<T>[]> {
    try {
      return await this.entriesOf(operation, entries, parts);
    } finally {
      parts.over();
    }
  }

  private async entriesOf<E, T>(
    operation: Operation,
    entries: readonly E[],
    parts: {
      call(kept: readonly E[]): Promise<EntryResult<T>[]>;
      applied(kept: readonly E[]): void;
      answered(results: readonly EntryResult<T>[]): void;
    },
  ): Promise<EntryResult<T>[]> {
    const fault = await this.begin(operation);
    const isFailing = (i: number): boolean =>
      fault?.kind === 'fail-entries' && (fault.chosen[i] ?? false);
    const kept = entries.filter((_, i) => !isFailing(i));
    const answers = await this.alive(parts.call(kept));
    parts.applied(kept.filter((_, i) => answers[i]?.ok));
    await this.end(fault, operation);
    let next = 0;
    const all = entries.map((_, i) =>
      isFailing(i) ? failed<T>(fault) : (answers[next++] ?? failed<T>(fault)),
    );
    const results = damaged(all, fault);
    parts.answered(results);
    return results;
  }

  /** Waits, or throws, before the call has its effect. */
  private async begin(operation: Operation, signal?: AbortSignal): Promise<Fault | undefined> {
    if (this.isDead) return never();
    const fault = this.own.faultFor(operation);
    if (fault?.kind === 'refuse') throw failure(operation, 'unavailable');
    if (fault?.kind === 'slow-before') await this.sleep(fault.ms, operation, signal);
    return fault;
  }

  private async end(
    fault: Fault | undefined,
    operation: Operation,
    signal?: AbortSignal,
  ): Promise<void> {
    if (fault?.kind === 'slow-after') await this.sleep(fault.ms, operation, signal);
    if (fault?.kind === 'late') this.own.stall(fault.ms);
    if (fault?.kind === 'lose') throw failure(operation, 'timeout');
  }

  private async alive<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      return this.isDead ? await never() : value;
    } catch (error) {
      if (this.isDead) return never();
      throw error;
    }
  }

  private sleep(ms: number, operation: Operation, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.own.clock.setTimer(resolve, ms);
      signal?.addEventListener('abort', () => {
        timer.cancel();
        reject(failure(operation, 'aborted'));
      });
    });
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

function failure(operation: string, kind: 'unavailable' | 'timeout' | 'aborted'): GatewayError {
  return new GatewayError({ kind, operation, detail: 'a fault of the model' });
}

function failed<T>(fault: Fault | undefined): EntryResult<T> {
  const code = fault?.blame === true ? 'ReceiptHandleIsInvalid' : 'InternalError';
  return {
    ok: false,
    failure: { code, message: 'a fault of the model', senderFault: fault?.blame === true },
  };
}

function damaged<T>(results: EntryResult<T>[], fault: Fault | undefined): EntryResult<T>[] {
  switch (fault?.kind) {
    case 'lose-entries':
      return results.map((result, i) =>
        fault.chosen[i] ? failed<T>({ ...fault, blame: false }) : result,
      );
    case 'drop-entries': {
      const first = fault.chosen.indexOf(true);
      return first === -1 ? results : results.slice(0, first);
    }
    default:
      return results;
  }
}
