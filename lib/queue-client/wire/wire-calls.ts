import { randomUUID } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { CallSignal } from '../sdk/call-end.js';
import {
  commandFor,
  sendCommand,
  type HotCalls,
  type HotInputs,
  type HotOperation,
  type HotOutputs,
} from '../sdk/hot-calls.js';
import type { CommandSender } from '../sdk/url-hosts.js';
import { readAnswer } from './read-answer.js';
import { RequestSigner, type Identity } from './request-signer.js';
import { RequestTemplates } from './request-templates.js';
import { takeOver, type Attempt } from './take-over.js';
import type { HttpAnswer, Transport, WireRequest } from './transport.js';

export interface WireCallsSetup {
  client: SQSClient;
  /** Sends the SDK's commands. @default the client */
  sender?: CommandSender;
  transport: Transport;
  /** Names this package in each request. */
  userAgent: string;
}

/**
 * The hot calls without the SDK's work per call. What it owns is the first attempt: writing, signing and sending it,
 * and reading a good answer. Everything else is the SDK's, by its configuration or by handing the call over:
 *
 *     prepare ── cannot ──────────────► the SDK makes the call
 *        │
 *      post ──── no answer ───────────┐
 *        │                            ├► the SDK goes on from there: error or retry
 *      read ──── not plainly good ────┘
 *        │
 *      output
 */
export class WireCalls implements HotCalls {
  readonly kind = 'wire';
  private readonly signer = new RequestSigner();
  private readonly templates: RequestTemplates;
  private readonly sender: CommandSender;
  private isClosed = false;

  constructor(private readonly setup: WireCallsSetup) {
    const { client, sender = client, userAgent } = setup;
    this.sender = sender;
    this.templates = new RequestTemplates({ client, sender, userAgent });
  }

  async call<O extends HotOperation>(
    operation: O,
    input: HotInputs[O],
    signal?: CallSignal,
  ): Promise<HotOutputs[O]> {
    const { sender } = this;
    const prepared = await this.prepare(operation, input);
    if (prepared === undefined) return sendCommand(sender, commandFor(operation, input), signal);
    const attempt = await this.attempt(prepared, signal);
    const output = this.read(operation, input, attempt);
    if (output !== undefined && 'answer' in attempt) {
      prepared.recordSuccess();
      await followClock(this.config, attempt.answer.headers);
      return output;
    }
    if ('error' in attempt && (this.isClosed || signal?.aborted === true)) throw attempt.error;
    return takeOver(sender, operation, input, { attempt, signal });
  }

  by(sender: CommandSender): WireCalls {
    return new WireCalls({ ...this.setup, sender });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.setup.transport.close();
  }

  /** Undefined where the SDK has to write the request itself, or to say why it cannot be written. */
  private async prepare<O extends HotOperation>(operation: O, input: HotInputs[O]) {
    const { QueueUrl = '' } = input;
    if (hasBinary(operation, input)) return undefined;
    // A provider that fails has said why, and is asked once a call: the SDK would reject with the same.
    const identity = await this.config.credentials();
    const place = await this.templates.placeOf(QueueUrl);
    if (!isUsable(identity)) return undefined;
    try {
      const template = await this.templates.at(place);
      if (template === undefined) return undefined;
      const { retryStrategy, maxAttempts, systemClockOffset } = this.config;
      const strategy = await retryStrategy();
      const token = await strategy.acquireInitialRetryToken(
        operation === 'ReceiveMessage' && template.marksReceives ? ':longpoll' : '',
      );
      const body = Buffer.from(JSON.stringify(input));
      const headers = {
        ...template.headers,
        'x-amz-target': `AmazonSQS.${operation}`,
        'content-length': String(body.byteLength),
        'amz-sdk-invocation-id': randomUUID(),
        'amz-sdk-request': `attempt=1; max=${await maxAttempts()}`,
      };
      const unsigned = { ...template, method: 'POST', headers, body };
      const wallMs = Date.now() + systemClockOffset;
      const signed = this.signer.sign(unsigned, identity, template.scope, wallMs);
      const { protocol, hostname, port, path } = template;
      return {
        request: { protocol, hostname, port, path, headers: signed, body },
        clockOffset: systemClockOffset,
        recordSuccess: () => strategy.recordSuccess(token),
      };
    } catch {
      // An endpoint that cannot be, options that make no sense: the SDK meets the same and finds the words.
      return undefined;
    }
  }

  private async attempt(
    { request, clockOffset }: { request: WireRequest; clockOffset: number },
    signal: CallSignal | undefined,
  ): Promise<Attempt> {
    try {
      return { clockOffset, answer: await this.setup.transport.post(request, signal) };
    } catch (error) {
      return { clockOffset, error };
    }
  }

  private read<O extends HotOperation>(operation: O, input: HotInputs[O], attempt: Attempt) {
    if ('error' in attempt) return undefined;
    const checksMd5 = this.config.md5 !== false;
    return readAnswer({ operation, input, answer: attempt.answer, checksMd5 });
  }

  private get config(): WireConfig {
    return this.setup.client.config as unknown as WireConfig;
  }
}

/** Keeps to the service's clock, as the SDK does after each of its own calls. */
async function followClock(
  config: WireConfig,
  { date, age }: HttpAnswer['headers'],
): Promise<void> {
  // With an age it came out of a cache.
  if (date === undefined || age !== undefined) return;
  if ((await config.disableClockSkewCorrection?.()) === true) return;
  const serviceMs = Date.parse(date);
  if (!Number.isNaN(serviceMs)) config.systemClockOffset = serviceMs - Date.now();
}

/** What is used of a client's resolved configuration; `why-sdk.ts` makes sure that it is there. */
export interface WireConfig {
  credentials(): Promise<Identity>;
  retryStrategy(): Promise<RetryStrategy>;
  maxAttempts(): Promise<number>;
  /** Milliseconds that the service's clock is ahead of ours. */
  systemClockOffset: number;
  /** Newer versions only. */
  disableClockSkewCorrection?(): Promise<boolean>;
  md5: unknown;
}

export interface RetryStrategy {
  mode?: string;
  acquireInitialRetryToken(scope: string): Promise<unknown>;
  recordSuccess(token: unknown): void;
}

/** Whatever else a provider may give, the SDK says what is wrong with it. */
function isUsable(identity: Partial<Identity> | undefined): identity is Identity {
  return typeof identity?.accessKeyId === 'string' && typeof identity.secretAccessKey === 'string';
}

/** Bytes would have to be written as base64, which is left to the SDK. */
function hasBinary(operation: HotOperation, input: HotInputs[HotOperation]): boolean {
  if (operation !== 'SendMessageBatch') return false;
  const { Entries = [] } = input as HotInputs['SendMessageBatch'];
  return Entries.some(({ MessageAttributes = {} }) =>
    Object.values(MessageAttributes).some((value) => value.BinaryValue !== undefined),
  );
}
