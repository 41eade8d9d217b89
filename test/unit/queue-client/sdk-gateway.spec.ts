import type { SQSClient } from '@aws-sdk/client-sqs';
import { SdkGateway } from '../../../lib/queue-client/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const url = 'https://sqs.eu-west-1.amazonaws.com/000000000000/emails';

function setup(...answers: unknown[]) {
  const inputs: Record<string, unknown>[] = [];
  const destroy = vi.fn<() => void>();
  const client = {
    destroy,
    async send(command: { input: Record<string, unknown> }) {
      inputs.push(command.input);
      return answers.shift() ?? {};
    },
  } as unknown as SQSClient;
  const logger = new RecordingLogger();
  const gateway = new SdkGateway({ client, ownsClient: true, logger });
  return { gateway, client, inputs, logger, destroy };
}

describe('SdkGateway', () => {
  test('answers in the order asked, and names what SQS left out', async () => {
    const { gateway } = setup({
      Successful: [
        { Id: '2', MessageId: 'c', SequenceNumber: '18' },
        { Id: '7', MessageId: 'never asked' },
        { Id: '02', MessageId: 'never asked' },
      ],
      Failed: [{ Id: '0', Code: 'InternalError', Message: 'later', SenderFault: false }],
    });
    const results = await gateway.sendBatch(url, [{ body: 'a' }, { body: 'b' }, { body: 'c' }]);
    expect(results).toEqual([
      { ok: false, failure: { code: 'InternalError', message: 'later', senderFault: false } },
      {
        ok: false,
        failure: expect.objectContaining({ code: 'MissingFromResponse', senderFault: false }),
      },
      { ok: true, value: { messageId: 'c', sequenceNumber: '18' } },
    ]);
  });

  test('takes an answer without any list as no answer for each entry', async () => {
    const { gateway } = setup({});
    const results = await gateway.deleteBatch(url, ['h1', 'h2']);
    expect(results.map((result) => !result.ok && result.failure.code)).toEqual([
      'MissingFromResponse',
      'MissingFromResponse',
    ]);
  });

  test('writes every option of a message', async () => {
    const { gateway, inputs } = setup({});
    await gateway.sendBatch(url, [
      {
        body: 'a',
        attributes: { n: { dataType: 'Number', stringValue: '1' } },
        delaySeconds: 0,
        groupId: 'g',
        deduplicationId: 'd',
        traceHeader: 'Root=1',
      },
    ]);
    expect(inputs[0]?.['Entries']).toEqual([
      {
        Id: '0',
        MessageBody: 'a',
        DelaySeconds: 0,
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        MessageAttributes: { n: { DataType: 'Number', StringValue: '1' } },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
      },
    ]);
  });

  test('asks for every attribute and passes the attempt id on', async () => {
    const { gateway, inputs } = setup({});
    await gateway.receive(url, {
      maxMessages: 3,
      waitTimeSeconds: 20,
      visibilityTimeoutSeconds: 9,
      receiveRequestAttemptId: 'try-1',
    });
    expect(inputs[0]).toEqual({
      QueueUrl: url,
      MaxNumberOfMessages: 3,
      WaitTimeSeconds: 20,
      VisibilityTimeout: 9,
      ReceiveRequestAttemptId: 'try-1',
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
  });

  test('reads messages that lack fields, and leaves alone what nothing could settle', async () => {
    const { gateway, logger } = setup({
      Messages: [{ MessageId: 'lost' }, { ReceiptHandle: 'h', MessageId: 'm' }],
    });
    const messages = await gateway.receive(url, { maxMessages: 10, waitTimeSeconds: 0 });
    expect(messages).toEqual([
      { messageId: 'm', receiptHandle: 'h', body: '', attributes: {}, systemAttributes: {} },
    ]);
    expect(logger.lines).toMatchObject([{ level: 'error', fields: { messageId: 'lost' } }]);
  });

  test('keeps an attribute called __proto__ an attribute', async () => {
    const attributes: unknown = JSON.parse('{"__proto__":{"DataType":"String","StringValue":"x"}}');
    const { gateway } = setup({
      Messages: [{ ReceiptHandle: 'h', MessageAttributes: attributes }],
    });
    const [message] = await gateway.receive(url, { maxMessages: 1, waitTimeSeconds: 0 });
    expect(Object.keys(message?.attributes ?? {})).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(message?.attributes)).toBe(Object.prototype);
  });

  test('makes no request for no entries', async () => {
    const { gateway, inputs } = setup();
    expect(await gateway.sendBatch(url, [])).toEqual([]);
    expect(await gateway.deleteBatch(url, [])).toEqual([]);
    expect(await gateway.changeVisibilityBatch(url, [])).toEqual([]);
    expect(inputs).toEqual([]);
  });

  test('lists page after page', async () => {
    const { gateway, inputs } = setup({ QueueUrls: ['a'], NextToken: 't' }, { QueueUrls: ['b'] });
    const urls: string[] = [];
    for await (const found of gateway.listQueueUrls('x')) urls.push(found);
    expect(urls).toEqual(['a', 'b']);
    expect(inputs[1]).toMatchObject({ NextToken: 't', QueueNamePrefix: 'x', MaxResults: 1_000 });
  });

  test('lists dead-letter sources page after page', async () => {
    const { gateway, inputs } = setup({ queueUrls: ['a'], NextToken: 't' }, { queueUrls: ['b'] });
    const urls: string[] = [];
    for await (const found of gateway.listDeadLetterSourceUrls(url)) urls.push(found);
    expect(urls).toEqual(['a', 'b']);
    expect(inputs[1]).toMatchObject({ NextToken: 't', QueueUrl: url, MaxResults: 1_000 });
  });

  test('reads move tasks', async () => {
    const { gateway } = setup({
      Results: [{ Status: 'RUNNING', TaskHandle: 't', ApproximateNumberOfMessagesMoved: 5 }],
    });
    expect(await gateway.listMoveTasks('arn')).toMatchObject([
      { status: 'RUNNING', taskHandle: 't', sourceArn: 'arn', movedCount: 5 },
    ]);
  });

  test('ends its own client once, and never one that was given', async () => {
    const own = setup();
    await own.gateway.close();
    await own.gateway.close();
    expect(own.destroy).toHaveBeenCalledTimes(1);
    const given = setup();
    const gateway = new SdkGateway({ ...given, ownsClient: false });
    await gateway.close();
    expect(given.destroy).not.toHaveBeenCalled();
  });

  test('says that an answer without URL was incomplete', async () => {
    const { gateway } = setup({});
    await expect(gateway.getQueueUrl('emails')).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
