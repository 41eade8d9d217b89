import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { requestSetup } from './support/requests.js';

const OWN = 'https://sqs.us-east-1.memory.invalid/000000000000/';

const forged = [
  ['another account', 'https://sqs.us-east-1.memory.invalid/111111111111/replies-a'],
  ['another region', 'https://sqs.eu-west-1.memory.invalid/000000000000/replies-a'],
  ['another prefix', `${OWN}jobs`],
  ['another host', 'http://evil/000000000000/replies-a'],
  ['no TLS', 'http://sqs.us-east-1.memory.invalid/000000000000/replies-a'],
  ['another port', 'https://sqs.us-east-1.memory.invalid:8443/000000000000/replies-a'],
  ['credentials', 'https://sqs.us-east-1.memory.invalid@evil/000000000000/replies-a'],
  ['a way up', `${OWN}../111111111111/replies-a`],
  ['a way up inside the name', `${OWN}replies-a%2f..%2fjobs`],
  ['a query', `${OWN}replies-a?x=1`],
  ['a FIFO queue', `${OWN}replies-a.fifo`],
  ['a name too long', `${OWN}replies-${'a'.repeat(80)}`],
  ['garbage', 'not a url'],
  ['nothing', ''],
] as const;

describe('a forged replyTo', () => {
  test.each(forged)('%s: no handler runs, nothing is sent, and it is said', async (_, replyTo) => {
    let runs = 0;
    @Controller()
    class Prices {
      @MessagePattern('price')
      price(): number {
        return ++runs;
      }
    }
    const { worker, sendBody, service, gateway, clock, closeAll, logger } = requestSetup();
    for (const name of ['replies-a', 'other']) await gateway.createQueue(name);
    await worker(Prices, { onInvalidMessage: { kind: 'dead-letter' } });
    await sendBody({ pattern: 'price', data: 1, id: 'x', replyTo });
    service.calls.reset();
    await clock.advance(1_000);
    expect(runs).toBe(0);
    expect(service.stats('jobs-dead').visible).toBe(1);
    expect(service.calls.of('SendMessageBatch')).toBe(1);
    expect(service.calls.of('SendMessageBatch', 'jobs-dead')).toBe(1);
    const [line] = logger.lines.filter(({ level }) => level === 'error');
    expect(JSON.stringify(line?.message)).toContain('replies go only to');
    await closeAll();
  });

  test('a right one is answered, and the prefix is the module’s to choose', async () => {
    @Controller()
    class Prices {
      @MessagePattern('price')
      price(): number {
        return 42;
      }
    }
    const { worker, sendBody, service, gateway, clock, closeAll } = requestSetup();
    await gateway.createQueue('answers-a');
    await worker(Prices, {}, { replies: { prefix: 'answers-' } });
    await sendBody({ pattern: 'price', data: 1, id: 'x', replyTo: `${OWN}answers-a` });
    await clock.advance(1_000);
    const [reply] = service.messages('answers-a');
    expect(JSON.parse(reply?.body ?? '')).toEqual({
      id: 'x',
      index: 0,
      response: 42,
      isDisposed: true,
    });
    await closeAll();
  });

  test('where no id came with it, the task is no request', async () => {
    let runs = 0;
    @Controller()
    class Prices {
      @MessagePattern('price')
      price(): number {
        return ++runs;
      }
    }
    const { worker, sendBody, service, gateway, clock, closeAll } = requestSetup();
    await gateway.createQueue('replies-a');
    await worker(Prices);
    await sendBody({ pattern: 'price', data: 1, replyTo: `${OWN}replies-a` });
    await clock.advance(1_000);
    expect([runs, service.stats('replies-a').sent]).toEqual([1, 0]);
    await closeAll();
  });
});
