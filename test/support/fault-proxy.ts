/**
 * An HTTP proxy in front of an SQS endpoint that misbehaves on command: it knows the JSON protocol (`x-amz-target`), so
 * that faults are told per operation. Without a rule it passes everything through, connections kept alive on both sides.
 *
 *   const proxy = await FaultProxy.start({ target: 'http://127.0.0.1:4566' });
 *   proxy.inject({ operation: 'DeleteMessageBatch', times: 1, fault: lostResponse() });
 *
 * The client's `Host` header travels on, so an emulator that builds queue URLs from it builds the proxy's.
 */
import {
  Agent,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Exchange } from './fault-proxy/exchange.js';
import { Rule, type FaultRule, type SeenRequest } from './fault-proxy/rule.js';
import { gate, seededRandom } from './signals.js';

export * from './fault-proxy/faults.js';
export type { Exchange } from './fault-proxy/exchange.js';
export type { Fault, FaultRule, SeenRequest } from './fault-proxy/rule.js';

export interface FaultProxyOptions {
  /** Address of the SQS endpoint, such as `http://127.0.0.1:4566`. */
  target: string;
  /** Decides where rules have a probability. @default 1 */
  seed?: number;
  /** @default a free one */
  port?: number;
}

export class FaultProxy {
  readonly url: string;
  private readonly requestCounts = new Map<string, number>();
  private readonly watchers = new Map<string, ((request: SeenRequest) => void)[]>();
  private readonly running = new Map<Exchange, Promise<void>>();
  private readonly agent = new Agent({ keepAlive: true });
  private readonly random: () => number;
  private rules: Rule[] = [];
  private held = gate();

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    // A connection that we close for being idle would look like a fault that nobody injected.
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return new FaultProxy(server, options);
  }

  private constructor(
    private readonly server: Server,
    private readonly options: FaultProxyOptions,
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.random = seededRandom(options.seed ?? 1);
    server.on('request', (request, response) => this.accept(request, response));
  }

  /** Adds a rule; of those that apply to a request, the earliest counts. */
  inject(rule: FaultRule): Rule {
    const added = new Rule(rule, this.random);
    this.rules.push(added);
    return added;
  }

  /** Takes all rules back; exchanges that a fault has already got go on with it. */
  clear(): void {
    this.rules = [];
  }

  /** Requests per operation since the start. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.requestCounts);
  }

  count(operation: string): number {
    return this.requestCounts.get(operation) ?? 0;
  }

  /** Resolves with the next request of this operation, once it has been read and before it is answered. */
  when(operation: string): Promise<SeenRequest> {
    return new Promise((resolve) => {
      const waiting = this.watchers.get(operation) ?? [];
      this.watchers.set(operation, [...waiting, resolve]);
    });
  }

  /** Lets go on what black holes hold, as if nothing had happened; later ones are held again. */
  release(): void {
    this.held.open();
    this.held = gate();
  }

  /** Ends every connection, open long polls too, and waits until nothing runs. Twice is the same as once. */
  async close(): Promise<void> {
    for (const exchange of this.running.keys()) exchange.destroy();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await Promise.all(this.running.values());
    this.agent.destroy();
    await closed;
  }

  private accept(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange({
      request,
      response,
      agent: this.agent,
      target: this.options.target,
      released: this.held.opened,
    });
    const served = this.serve(exchange).catch(() => exchange.destroy());
    this.running.set(
      exchange,
      served.finally(() => this.running.delete(exchange)),
    );
  }

  private async serve(exchange: Exchange): Promise<void> {
    await exchange.read();
    const seen = exchange.seen;
    this.requestCounts.set(seen.operation, this.count(seen.operation) + 1);
    const rule = this.rules.find((candidate) => candidate.takes(seen));
    this.tell(seen);
    if (rule === undefined) await exchange.pass();
    else await exchange.until(rule.fault(exchange));
  }

  private tell(seen: SeenRequest): void {
    const waiting = this.watchers.get(seen.operation) ?? [];
    this.watchers.delete(seen.operation);
    for (const resolve of waiting) resolve(seen);
  }
}
