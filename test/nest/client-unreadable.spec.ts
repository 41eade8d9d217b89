import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { jsonBombs } from '../../bench/decoding/json-bombs.js';
import { richBombs } from '../../bench/decoding/rich-bombs.js';
import { attributesOfTexts } from '../support/recorded.js';
import { requestSetup, watch } from './support/requests.js';

@Controller()
class Prices {
  @MessagePattern('price')
  price(): number {
    return 42;
  }

  @MessagePattern('sold')
  sold(): { at: Date } {
    return { at: new Date(0) };
  }
}

const SIZE = 300_000;

describe('A reply queue', () => {
  test('gets messages that were made to harm: they are said and ignored, and replies go on', async () => {
    const { client, worker, gateway, clock, logger, replyQueues, service, closeAll } =
      requestSetup();
    await worker(Prices);
    const sqs = (await client()).client;
    const first = watch(sqs.send('price', {}));
    await clock.advance(2_000);
    const [replies = ''] = replyQueues();
    const url = await gateway.getQueueUrl(replies);
    const harmful = [
      { body: jsonBombs['nested arrays']?.(SIZE) ?? '' },
      { body: jsonBombs['objects of 30 new fields']?.(SIZE * 2) ?? '' },
      {
        body: richBombs['a set of numbers that collide']?.(SIZE) ?? '',
        attributes: attributesOfTexts({ ContentType: 'rich' }),
      },
    ];
    for (const message of harmful) await gateway.sendBatch(url, [message]);
    const second = watch(sqs.send('price', {}));
    await clock.advance(2_000);
    for (const seen of [first, second]) expect(seen).toEqual({ values: [42], isComplete: true });
    const warnings = logger.lines.filter(({ level }) => level === 'warn');
    const said = warnings.map(({ message }) => JSON.stringify(message)).join('\n');
    expect(said).toContain('nested deeper than 1000 levels');
    expect(said).toContain('too many different fields');
    expect(said).toContain('numbers as keys');
    expect(service.stats(replies)).toMatchObject({ visible: 0, inflight: 0 });
    await closeAll();
  });

  test('never gets a Date as text: the requester is told what cannot be sent', async () => {
    const { client, worker, clock, closeAll } = requestSetup();
    await worker(Prices, { onError: { kind: 'discard' } });
    const seen = watch((await client()).client.send('sold', {}));
    await clock.advance(5_000);
    expect(seen.values).toEqual([]);
    expect(String(seen.error)).toContain('a Date, which would arrive as text at $.response.at');
    await closeAll();
  });
});
