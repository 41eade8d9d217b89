import { decodeTask } from '../contracts/decoding-budget.js';
import { UndecodableMessageError, UnknownTaskError } from '../contracts/errors/index.js';
import type { Clock } from '../contracts/clock.js';
import type { CodecLookup, MessageFormat, TaskPacket } from '../contracts/format.js';
import type {
  BatchTaskHandler,
  HandlerLookup,
  HandlerMatch,
  TaskHandler,
  TaskHandlerOptions,
} from '../contracts/handlers.js';
import type { ReplyPort, RequestFacts } from '../contracts/replies.js';
import type { Delivery } from './delivery.js';
import type { FailurePlace } from './failure-place.js';

export interface PlannerParts {
  /** Name that handlers are looked up under. */
  queue: string;
  handlers: HandlerLookup;
  format: MessageFormat;
  codecs: CodecLookup;
  replies?: ReplyPort | undefined;
  request: RequestFacts;
  clock: Clock;
  hasSucceeded(messageId: string): boolean;
}

/** Who is to run a delivery; `error` says why nobody can. */
export type Plan =
  | { kind: 'task'; handler: TaskHandler }
  | { kind: 'batch'; handler: BatchTaskHandler }
  | Refusal
  | { kind: 'expired' }
  /** Its format says that it is no task. */
  | { kind: 'ignored' }
  /** It succeeded before, and SQS gave it again because it was not deleted. */
  | { kind: 'remembered' }
  /** Its lease ended while it waited: it may run elsewhere by now. */
  | { kind: 'lost' };

interface Refusal {
  kind: 'refused';
  error: unknown;
  place: FailurePlace;
  /** Of the handler that it is for, where that is known. */
  handlerOptions: TaskHandlerOptions | undefined;
}

export type SinglePlan = Exclude<Plan, { kind: 'batch' }>;

export type RunnablePlan = Exclude<SinglePlan, { kind: 'remembered' | 'ignored' | 'lost' }>;

/** Decodes messages and finds who is to run them. */
export class Planner {
  constructor(private readonly parts: PlannerParts) {}

  /** Never throws: what fails is a plan too. */
  plan(delivery: Delivery): Plan {
    try {
      return this.planned(delivery);
    } catch (error) {
      return refused('handler', error);
    }
  }

  private planned(delivery: Delivery): Plan {
    const { handlers, queue, clock, hasSucceeded } = this.parts;
    if (hasSucceeded(delivery.message.id)) return { kind: 'remembered' };
    if (delivery.lease.isLostAt(clock.now())) return { kind: 'lost' };
    const raw = handlers.findRaw(queue);
    if (raw !== undefined) return { kind: 'task', handler: raw };
    try {
      delivery.packet = this.decoded(delivery);
    } catch (error) {
      return refused('message', error);
    }
    return this.plannedTask(delivery, delivery.packet);
  }

  private decoded(delivery: Delivery): TaskPacket {
    const { format, codecs, queue } = this.parts;
    const packet: unknown = decodeTask(format, delivery.message.raw, { queue, codecs });
    if (isPacket(packet)) return packet;
    const problem = `its format "${format.name}" answered no task: expected an object with a pattern`;
    throw new UndecodableMessageError({ problem });
  }

  private plannedTask(delivery: Delivery, packet: TaskPacket): Plan {
    const { handlers, queue, clock } = this.parts;
    delivery.data = packet.data;
    if (packet.attributes !== undefined) delivery.message.unwrap(packet.attributes);
    if (packet.ignore === true) return { kind: 'ignored' };
    if (packet.expiresAt !== undefined && packet.expiresAt < clock.wallNow()) {
      return { kind: 'expired' };
    }
    const match = handlers.find(queue, packet.pattern);
    const refusal = this.openReply(delivery, match);
    if (refusal !== undefined) return refusal;
    if (match !== undefined) return match;
    const facts = { pattern: packet.pattern, queue, known: handlers.patternsOf(queue) };
    return refused('lookup', new UnknownTaskError(facts));
  }

  /** A request that names a reply queue which is not to be answered is refused. */
  private openReply(delivery: Delivery, match: HandlerMatch | undefined): Refusal | undefined {
    if (delivery.packet?.replyTo === undefined) return undefined;
    try {
      this.parts.replies?.open(delivery, this.parts.request);
      return undefined;
    } catch (error) {
      return refused('message', error, match?.handler.options);
    }
  }
}

function refused(
  place: FailurePlace,
  error: unknown,
  handlerOptions?: TaskHandlerOptions,
): Refusal {
  return { kind: 'refused', place, error, handlerOptions };
}

/** Formats may be the user's own, and not written in TypeScript. */
function isPacket(packet: unknown): packet is TaskPacket {
  if (typeof packet !== 'object' || packet === null) return false;
  const { pattern, context } = packet as Partial<TaskPacket>;
  const hasContext = context === undefined || (typeof context === 'object' && context !== null);
  return typeof pattern === 'string' && hasContext;
}
