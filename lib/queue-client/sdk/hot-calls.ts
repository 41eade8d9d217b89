import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type ChangeMessageVisibilityBatchCommandInput,
  type ChangeMessageVisibilityBatchCommandOutput,
  type DeleteMessageBatchCommandInput,
  type DeleteMessageBatchCommandOutput,
  type ReceiveMessageCommandInput,
  type ReceiveMessageCommandOutput,
  type SendMessageBatchCommandInput,
  type SendMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs';
import { asAbortSignal, type CallSignal } from './call-end.js';
import type { CommandSender } from './url-hosts.js';

/** What the calls that make up nearly all traffic take. */
export interface HotInputs {
  SendMessageBatch: SendMessageBatchCommandInput;
  ReceiveMessage: ReceiveMessageCommandInput;
  DeleteMessageBatch: DeleteMessageBatchCommandInput;
  ChangeMessageVisibilityBatch: ChangeMessageVisibilityBatchCommandInput;
}

/** What is read of their answers. */
export interface HotOutputs {
  SendMessageBatch: Omit<SendMessageBatchCommandOutput, '$metadata'>;
  ReceiveMessage: Omit<ReceiveMessageCommandOutput, '$metadata'>;
  DeleteMessageBatch: Omit<DeleteMessageBatchCommandOutput, '$metadata'>;
  ChangeMessageVisibilityBatch: Omit<ChangeMessageVisibilityBatchCommandOutput, '$metadata'>;
}

export type HotOperation = keyof HotInputs;

/** How the hot calls reach the service. Rejects with what the SDK would reject with. */
export interface HotCalls {
  /** For logs: `sdk`, `wire`. */
  readonly kind: string;
  call<O extends HotOperation>(
    operation: O,
    input: HotInputs[O],
    signal?: CallSignal,
  ): Promise<HotOutputs[O]>;
  /** The same, with commands sent by another sender; it ends with this one. */
  by(sender: CommandSender): HotCalls;
  /** Ends what it opened itself; never the client. Idempotent. */
  close(): Promise<void>;
}

/** The hot calls through the client's own `send()`. */
export class SdkCalls implements HotCalls {
  readonly kind = 'sdk';

  constructor(private readonly client: CommandSender) {}

  call<O extends HotOperation>(
    operation: O,
    input: HotInputs[O],
    signal?: CallSignal,
  ): Promise<HotOutputs[O]> {
    return sendCommand(this.client, commandFor(operation, input), signal);
  }

  by(sender: CommandSender): SdkCalls {
    return new SdkCalls(sender);
  }

  async close(): Promise<void> {}
}

/** What all commands have in common, as far as it is used here. */
export interface HotCommand {
  middlewareStack: {
    add(middleware: Middleware, options: object): void;
    addRelativeTo(middleware: Middleware, options: object): void;
  };
}

/** A middleware of the SDK, untyped where the SDK's own types differ from version to version. */
export type Middleware = (
  next: (args: never) => Promise<unknown>,
  context: Record<string, unknown>,
) => (args: never) => Promise<unknown>;

export function commandFor<O extends HotOperation>(operation: O, input: HotInputs[O]): HotCommand {
  const Command = commands[operation] as unknown as new (input: HotInputs[O]) => HotCommand;
  return new Command(input);
}

export function sendCommand<O extends HotOperation>(
  client: CommandSender,
  command: HotCommand,
  signal: CallSignal | undefined,
): Promise<HotOutputs[O]> {
  const options = signal === undefined ? {} : { abortSignal: asAbortSignal(signal) };
  return client.send(command as never, options) as Promise<HotOutputs[O]>;
}

const commands = {
  SendMessageBatch: SendMessageBatchCommand,
  ReceiveMessage: ReceiveMessageCommand,
  DeleteMessageBatch: DeleteMessageBatchCommand,
  ChangeMessageVisibilityBatch: ChangeMessageVisibilityBatchCommand,
};
