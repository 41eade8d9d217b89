import { GatewayError } from '../../../contracts/index.js';
import { printable, shortened } from '../../../primitives/printable.js';

/** What is looked at of a request; the members are SQS's. */
interface Request {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly MessageBody?: string;
  readonly Entries?: readonly { readonly Id: string; readonly MessageBody?: string }[];
}

interface Answer {
  readonly Messages?: readonly { readonly Body: string }[];
  readonly Failed?: readonly { readonly Id: string; readonly Message?: string }[];
}

/** One line for what a request did; undefined where it changed nothing, as an empty receive. */
export function trafficLine(action: string, request: Request, answer: unknown): string | undefined {
  const queue = request.QueueName ?? request.QueueUrl?.split('/').at(-1);
  const start = queue === undefined ? action : `${action} ${queue}`;
  if (answer instanceof Error) return `${start}: ${problemOf(answer)}`;
  const told = effectOf(action, request, answer as Answer);
  return told === undefined ? undefined : `${start}${told}`;
}

/** In the words that the client was told, where there is still one. */
function problemOf(error: Error): string {
  if (error instanceof GatewayError && error.kind === 'aborted') return 'its client has gone';
  const { message } = error instanceof GatewayError && isError(error.cause) ? error.cause : error;
  return `refused: ${printable(message)}`;
}

function isError(cause: unknown): cause is Error {
  return cause instanceof Error;
}

function effectOf(action: string, request: Request, answer: Answer): string | undefined {
  if (action.startsWith('Get') || action.startsWith('List')) return undefined;
  if (action === 'ReceiveMessage') {
    const bodies = (answer.Messages ?? []).map(({ Body }) => Body);
    return bodies.length === 0 ? undefined : listed(bodies);
  }
  const { Entries, MessageBody } = request;
  if (Entries === undefined) return MessageBody === undefined ? '' : listed([MessageBody]);
  const failed = new Map((answer.Failed ?? []).map(({ Id, Message = '' }) => [Id, Message]));
  const done = Entries.filter(({ Id }) => !failed.has(Id));
  const bodies = done.flatMap(({ MessageBody: body }) => (body === undefined ? [] : [body]));
  const refusals = [...failed.values()].map((message) => `; refused: ${message}`);
  return (bodies.length > 0 ? listed(bodies) : `: ${done.length}`) + refusals.join('');
}

const SHOWN_CHARACTERS = 120;

function listed(bodies: readonly string[]): string {
  const shown = bodies.map((body) => JSON.stringify(shortened(body, SHOWN_CHARACTERS)));
  return `: ${bodies.length} ${printable(shown.join(' '))}`;
}
