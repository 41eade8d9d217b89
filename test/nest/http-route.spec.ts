import { Body, Controller, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { IsEmail } from 'class-validator';
import { z } from 'zod';
import { defineTask, SqsModule, SqsProducer, SqsTask } from '../../lib/index.js';
import { RecordingLogger } from './support/recording-logger.js';
import { MemoryGateway } from '../../lib/queue-client/memory/memory-gateway.js';
import { MemoryQueueService } from '../../lib/queue-client/memory/memory-queue-service.js';
import { systemClock } from '../../lib/primitives/system-clock.js';

const schema = z.object({ to: z.email(), subject: z.string().min(1) });
const sendEmail = defineTask('send_email', { queue: 'emails', schema });

class Letter {
  @IsEmail() to!: string;
}
const sendLetter = defineTask('send_letter', { queue: 'emails', schema: Letter });

@Controller()
class Routes {
  constructor(private readonly sqs: SqsProducer) {}

  @Post('send')
  send(@Body() body: z.input<typeof schema>) {
    return this.sqs.send(sendEmail, body);
  }

  @Post('letter')
  letter(@Body() body: Letter) {
    return this.sqs.send(sendLetter, body);
  }

  @Post('many')
  many(@Body() bodies: z.input<typeof schema>[]) {
    return this.sqs.sendMany(sendEmail, bodies);
  }

  @Post('local')
  local(@Body() body: z.input<typeof schema>) {
    return this.sqs.runLocal(sendEmail, body);
  }

  @Post('mistake')
  mistake() {
    return this.sqs.send(sendEmail, good, { delaySeconds: 100_000 });
  }

  @SqsTask(sendEmail) handle(): void {}
}

const good = { to: 'ada@example.org', subject: 'Hello' };
const bad = { to: 'secret-of-ada', subject: '' };

describe('A route that sends what its caller gave', () => {
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    const gateway = new MemoryGateway({ service: new MemoryQueueService({ clock: systemClock }) });
    await gateway.createQueue('emails');
    const testing = await Test.createTestingModule({
      imports: [SqsModule.forRoot({ connection: { gateway }, queues: ['emails'] })],
      controllers: [Routes],
    })
      .setLogger(new RecordingLogger())
      .compile();
    app = testing.createNestApplication();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterEach(() => app.close());

  async function post(route: string, body: unknown) {
    const answer = await fetch(`${url}/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: answer.status, text: await answer.text() };
  }

  test.each([
    ['send', bad, /to: Invalid email address; subject: Too small/],
    ['letter', bad, /to: to must be an email/],
    ['many', [bad, bad], /to: Invalid email address/],
    ['local', bad, /to: Invalid email address/],
  ])('answers 400 with the fields, and none of the payload: %s', async (route, body, fields) => {
    const { status, text } = await post(route, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ statusCode: 400, message: expect.stringMatching(fields) });
    expect(text).not.toContain('secret');
  });

  test('answers 201 where the data fit', async () => {
    expect((await post('send', good)).status).toBe(201);
  });

  test('answers 500, without a word, where some of many were sent, or the app itself is at fault', async () => {
    const answers = [await post('many', [good, bad]), await post('mistake', {})];
    for (const { status, text } of answers) {
      expect({ status, text }).toEqual({
        status: 500,
        text: '{"statusCode":500,"message":"Internal server error"}',
      });
    }
  });
});
