import type { WritePacket } from '@nestjs/microservices';
import { ReplyGapError, RequestTimeoutError } from '../../lib/contracts/index.js';
import { PendingRequest } from '../../lib/nest/client/pending-request.js';
import { ManualClock } from '../../lib/primitives/manual-clock.js';

function setup() {
  const clock = new ManualClock();
  const packets: WritePacket[] = [];
  const request = new PendingRequest({
    id: 'r',
    queue: 'jobs',
    pattern: 'count',
    timeoutMs: 10_000,
    clock,
    callback: (packet) => void packets.push(packet),
    onEnd: () => {},
  });
  const take = (index: number, bytes = 100) =>
    request.take({ id: 'r', index, response: index }, bytes);
  return { clock, request, packets, take };
}

describe('A request whose replies have a gap', () => {
  test('ends in time, however many later values come meanwhile', async () => {
    const { clock, request, packets, take } = setup();
    for (let n = 1; n <= 20; n++) {
      take(n);
      await clock.advance(1_000);
    }
    expect(request.hasEnded).toBe(true);
    expect(packets).toHaveLength(1);
    expect(packets[0]?.err).toBeInstanceOf(RequestTimeoutError);
    expect(clock.pendingTimers).toBe(0);
  });

  test('keeps a bounded number of them, and says what is missing', () => {
    const { request, packets, take } = setup();
    let taken = 0;
    for (let n = 1; n <= 200_020; n++) if (take(n)) taken++;
    expect(request.hasEnded).toBe(true);
    expect(taken).toBe(10_001);
    expect(packets[0]?.err).toBeInstanceOf(ReplyGapError);
    expect(packets[0]?.err).toMatchObject({
      message: expect.stringMatching(/value 0 has not come/),
    });
  });

  test('keeps a bounded number of bytes', () => {
    const { request, packets, take } = setup();
    for (let n = 1; n <= 65 && !request.hasEnded; n++) take(n, 1_048_576);
    expect(packets[0]?.err).toBeInstanceOf(ReplyGapError);
  });

  test('gives all values once the gap is closed, and then listens as long again', async () => {
    const { clock, packets, take, request } = setup();
    for (let n = 9_000; n > 0; n--) take(n, 7_000);
    await clock.advance(9_000);
    take(0);
    expect(packets.map(({ response }) => response as number)).toEqual(
      Array.from({ length: 9_001 }, (_, n) => n),
    );
    await clock.advance(9_000);
    expect(request.hasEnded).toBe(false);
    take(9_001);
    expect(packets).toHaveLength(9_002);
    request.cancel();
  });
});
