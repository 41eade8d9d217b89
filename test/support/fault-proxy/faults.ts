import { setImmediate as turn } from 'node:timers/promises';
import type { Answer, Exchange } from './exchange.js';
import type { Fault } from './rule.js';

/** SQS refuses for the moment; nothing was done. */
export function throttle(): Fault {
  return serviceError(400, 'RequestThrottled', 'Request is throttled.');
}

/** SQS itself fails; nothing was done. */
export function serverError(status = 500): Fault {
  const code = status === 503 ? 'ServiceUnavailable' : 'InternalFailure';
  return serviceError(status, code, 'We encountered an internal error. Please try again.');
}

/** Any error of the service; nothing was done. */
export function serviceError(status: number, code: string, message: string): Fault {
  return (exchange) =>
    exchange.answer({
      status,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}`,
      },
      body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
    });
}

/** The connection breaks before the request is done. */
export function reset(): Fault {
  return (exchange) => exchange.destroy();
}

/** No answer until the proxy releases it (then it is done) or closes. */
export function blackHole(): Fault {
  return async (exchange) => {
    await exchange.until(exchange.released);
    if (!exchange.isGone) await exchange.pass();
  };
}

/** The request is done, and the connection breaks before its answer. */
export function lostResponse(): Fault {
  return async (exchange) => {
    await exchange.forward();
    exchange.destroy();
  };
}

/** The request is done, and its answer waits. */
export function delayAnswer(until: Promise<void>): Fault {
  return async (exchange) => {
    const answer = await exchange.forward();
    await exchange.until(until);
    exchange.answer(answer);
  };
}

/** The request waits and is done then. */
export function delayRequest(until: Promise<void>): Fault {
  return async (exchange) => {
    await exchange.until(until);
    if (!exchange.isGone) await exchange.pass();
  };
}

/** Good status, nonsense inside; nothing was done. */
export function garbage(body = '{"Successful": [{"Id"'): Fault {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return (exchange) => exchange.answer({ status: 200, headers, body });
}

/** What a load balancer says when nobody is behind it; nothing was done. */
export function htmlError(status = 502): Fault {
  const body = `<html><body><h1>${status} Bad Gateway</h1></body></html>`;
  return (exchange) => exchange.answer({ status, headers: { 'content-type': 'text/html' }, body });
}

/** The answer comes in small pieces. @param pace waits between two; by default for the event loop's next turn */
export function slowDrip(bytes = 1, pace: () => Promise<void> = () => turn()): Fault {
  return async (exchange) => exchange.drip(await exchange.forward(), bytes, pace);
}

/** An entry of a batch request, and where it stands in it. */
export type EntryChoice = (id: string, index: number) => boolean;

export interface EntryFailureOptions {
  /** @default every entry */
  which?: EntryChoice;
  /** @default 'InternalError' */
  code?: string;
  /** @default false */
  senderFault?: boolean;
  /** True: the entry was done all the same. @default false */
  isDone?: boolean;
}

/** Entries of a batch fail, the others do not. */
export function failEntries(options: EntryFailureOptions = {}): Fault {
  const { which = () => true, code = 'InternalError', senderFault = false } = options;
  return async (exchange) => {
    const ids = chosenIds(exchange, which);
    const answer = await forwardWithout(exchange, options.isDone === true ? new Set() : ids);
    const failures = [...ids].map((Id) => ({
      Id,
      Code: code,
      SenderFault: senderFault,
      Message: 'The entry failed.',
    }));
    exchange.answer(changed(answer, (body) => moveToFailed(body, ids, failures)));
  };
}

/** Entries of a batch are done, and the answer does not name them. */
export function dropEntries(which: EntryChoice = () => true): Fault {
  return async (exchange) => {
    const ids = chosenIds(exchange, which);
    const answer = await exchange.forward();
    exchange.answer(changed(answer, (body) => without(body, ids)));
  };
}

/** The request is done, and its answer stops behind its first byte until the proxy releases it or closes. */
export function stopInAnswer(): Fault {
  return async (exchange) => {
    await exchange.drip(await exchange.forward(), 1, () => exchange.released);
  };
}

/** A receive gives one of its messages twice. */
export function duplicateMessage(index = 0): Fault {
  return async (exchange) => {
    const answer = await exchange.forward();
    exchange.answer(
      changed(answer, (body) => {
        const messages = listOf(body['Messages']);
        return { ...body, Messages: [...messages, ...messages.slice(index, index + 1)] };
      }),
    );
  };
}

/** The request is done, and its answer says something else. */
export function rewriteAnswer(change: (body: Body) => Body): Fault {
  return async (exchange) => exchange.answer(changed(await exchange.forward(), change));
}

type Body = Record<string, unknown>;

function chosenIds(exchange: Exchange, which: EntryChoice): Set<string> {
  const ids = listOf(exchange.seen.body['Entries']).map(idOf);
  return new Set(ids.filter((id, index) => which(id, index)));
}

/** SQS refuses a batch without entries, so where none is left we answer for it. */
async function forwardWithout(exchange: Exchange, ids: ReadonlySet<string>): Promise<Answer> {
  const { body } = exchange.seen;
  const entries = listOf(body['Entries']).filter((entry) => !ids.has(idOf(entry)));
  if (entries.length > 0) return exchange.forward({ ...body, Entries: entries });
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ Successful: [], Failed: [] }),
  };
}

/** Changes what a good answer says; a bad one stays as it is. The checksum header of the old body goes. */
function changed(answer: Answer, change: (body: Body) => Body): Answer {
  if (answer.status !== 200) return answer;
  const { 'x-amz-crc32': _, ...headers } = answer.headers;
  const body = JSON.parse(answer.body.toString()) as Body;
  return { ...answer, headers, body: JSON.stringify(change(body)) };
}

function moveToFailed(body: Body, ids: ReadonlySet<string>, failures: readonly object[]): Body {
  const rest = without(body, ids);
  return { ...rest, Failed: [...listOf(rest['Failed']), ...failures] };
}

function without(body: Body, ids: ReadonlySet<string>): Body {
  const left = (list: unknown) => listOf(list).filter((entry) => !ids.has(idOf(entry)));
  return { ...body, Successful: left(body['Successful']), Failed: left(body['Failed']) };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function idOf(entry: unknown): string {
  return String((entry as { Id?: unknown }).Id);
}
