import { SqsEmbedded } from '../../../nest/adapters/shared-embedded.js';
import type { EmbeddedAnswer } from '../../../nest/adapters/shared-embedded.js';
import { sentenceOf } from '../errors/error-sayer.js';

/**
 * The embedded SQS of a command whose worker processes ask for one: it is started when the first of them asks, and lives
 * as long as the command, so that no message ends with a process.
 */
export class EmbeddedHost {
  private starting: Promise<SqsEmbedded> | undefined;

  constructor(
    private readonly parts: {
      readonly onStarted: (endpoint: string) => void;
      readonly start?: () => Promise<SqsEmbedded>;
    },
  ) {}

  async answer(): Promise<EmbeddedAnswer> {
    try {
      this.starting ??= this.start();
      const { endpoint } = await this.starting;
      return { type: 'sqs-embedded', endpoint };
    } catch (error) {
      return { type: 'sqs-embedded', error: sentenceOf(error) };
    }
  }

  async close(): Promise<void> {
    const [started] = await Promise.allSettled([this.starting]);
    if (started.status === 'fulfilled') await started.value?.close();
  }

  private async start(): Promise<SqsEmbedded> {
    const embedded = await (this.parts.start ?? SqsEmbedded.start.bind(SqsEmbedded))();
    this.parts.onStarted(embedded.endpoint);
    return embedded;
  }
}
