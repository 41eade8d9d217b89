import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SqsProducer, type SendOptions } from 'nestjs-sqs-tasks';
import messages from './messages.json' with { type: 'json' };

interface RecordedMessage extends SendOptions {
  queue: string;
  body: string;
}

/** Stands in for the Python programs and the AWS services: sends what they wrote, byte for byte. */
@Injectable()
export class ForeignSenders implements OnApplicationBootstrap {
  constructor(private readonly sqs: SqsProducer) {}

  async onApplicationBootstrap(): Promise<void> {
    const recorded = messages as RecordedMessage[];
    await Promise.all(
      recorded.map(({ queue, body, ...options }) => this.sqs.queue(queue).sendRaw(body, options)),
    );
  }
}
