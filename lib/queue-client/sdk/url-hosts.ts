import type { SQSClient } from '@aws-sdk/client-sqs';
import type { HotCommand, Middleware } from './hot-calls.js';

/** Whatever sends commands: a client, or one whose requests go to another host. */
export type CommandSender = Pick<SQSClient, 'send'>;

/** What is used of a client's resolved configuration; little of it is documented, so each part may be missing. */
interface EndpointConfig {
  endpoint?: unknown;
  region?(): Promise<string>;
  useFipsEndpoint?(): Promise<boolean>;
  useDualstackEndpoint?(): Promise<boolean>;
  endpointProvider?(parameters: object): { url: URL };
}

/**
 * Origin of the endpoint that belongs to the client's region, whatever else the environment or a profile may name.
 * Undefined where the client was made with an endpoint: then all requests go there.
 */
export async function regionalOrigin(client: SQSClient): Promise<string | undefined> {
  const { endpoint, endpointProvider, region, useFipsEndpoint, useDualstackEndpoint } =
    configOf(client);
  if (endpoint !== undefined || endpointProvider === undefined) return undefined;
  const parameters = {
    Region: await region?.(),
    UseFIPS: await useFipsEndpoint?.(),
    UseDualStack: await useDualstackEndpoint?.(),
  };
  try {
    return endpointProvider(parameters).url.origin;
  } catch {
    // A region or a combination that has no endpoint: every call says so.
    return undefined;
  }
}

/**
 * Sends commands to the host of a queue's URL, as the SDK does by default, and for the same reason: the URL says where
 * the queue is. Two things differ. An endpoint that the environment or a profile names counts as much as one in the
 * options, and commands that name no queue, such as those of move tasks, go to the same host.
 */
export function sendingTo(
  origin: string,
  { client, home }: { client: SQSClient; home: string },
): CommandSender {
  const middleware: Middleware = (next, context) => async (args) => {
    const endpoint = context['endpointV2'] as { url: URL } | undefined;
    if (endpoint?.url.origin === home) {
      context['endpointV2'] = { ...endpoint, url: new URL(origin) };
    }
    return next(args);
  };
  return {
    send(command: HotCommand, ...more: unknown[]) {
      command.middlewareStack.addRelativeTo(middleware, {
        name: 'nestjsSqsTasksUrlHost',
        relation: 'after',
        toMiddleware: 'endpointV2Middleware',
      });
      return (client.send as (...all: unknown[]) => unknown)(command, ...more);
    },
  } as unknown as CommandSender;
}

function configOf({ config }: { config: unknown }): EndpointConfig {
  return config as EndpointConfig;
}
