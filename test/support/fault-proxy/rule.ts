import type { Exchange } from './exchange.js';

/** A request as rules and tests see it. */
export interface SeenRequest {
  /** Such as `DeleteMessageBatch`; empty where it named none. */
  readonly operation: string;
  /** The parsed JSON body. */
  readonly body: Record<string, unknown>;
}

/** What is done to one exchange, instead of passing it through. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

export interface FaultRule {
  /** @default every operation */
  operation?: string;
  /** Lets so many go first. @default 0 */
  after?: number;
  /** Applies so often, then never again. @default without end */
  times?: number;
  /** Of those it could apply to, how many it does: 0…1, decided by the proxy's seed. @default 1 */
  probability?: number;
  where?: (request: SeenRequest) => boolean;
  fault: Fault;
}

/** A rule in force. */
export class Rule {
  /** How often it applied. */
  hits = 0;
  private matches = 0;
  private isOn = true;

  constructor(
    private readonly rule: FaultRule,
    private readonly random: () => number,
  ) {}

  get fault(): Fault {
    return this.rule.fault;
  }

  remove(): void {
    this.isOn = false;
  }

  /** Whether it applies to this request; asking counts. */
  takes(request: SeenRequest): boolean {
    if (!this.isOn || !this.isAbout(request)) return false;
    const { after = 0, times = Infinity, probability = 1 } = this.rule;
    if (this.matches++ < after || this.hits >= times) return false;
    if (probability < 1 && this.random() >= probability) return false;
    this.hits++;
    return true;
  }

  private isAbout(request: SeenRequest): boolean {
    const { operation, where } = this.rule;
    if (operation !== undefined && operation !== request.operation) return false;
    return where === undefined || where(request);
  }
}
