import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { RequestSigner, type Identity } from '../../../../lib/queue-client/wire/request-signer.js';
import { seededRandom } from '../../../support/signals.js';

const RUNS = 10_000;

describe('RequestSigner', () => {
  test(`signs ${RUNS} random requests as the SDK's signer does`, async () => {
    const seed = Number(process.env['SIGNER_SEED'] ?? Date.now() & 0x7fffffff);
    const random = new Random(seededRandom(seed));
    const signer = new RequestSigner();
    for (let run = 0; run < RUNS; run += 1) {
      const sample = randomSample(random);
      const signed = signer.sign(sample.request, sample.identity, sample.scope, sample.at);
      expect(signed, `seed ${seed}, run ${run}`).toEqual(await oracle(sample));
    }
  });

  test('derives the key of a day and a secret once, and again when either changes', () => {
    const signer = new RequestSigner();
    const request = { method: 'POST', path: '/', headers: { host: 'sqs' }, body: '{}' };
    const scope = { region: 'eu-west-1', service: 'sqs' };
    const sign = (secretAccessKey: string, at: number) =>
      signer.sign(request, { accessKeyId: 'a', secretAccessKey }, scope, at)['authorization'];
    const [day, secret] = [86_400_000, 'one'];
    const signatures = [sign(secret, 0), sign('two', 0), sign(secret, day), sign(secret, 0)];
    expect(new Set(signatures).size).toBe(3);
    expect(signatures[3]).toBe(signatures[0]);
  });
});

type Sample = ReturnType<typeof randomSample>;

/** The SDK's own signer, and its headers in our order of names. */
async function oracle({ request, identity, scope, at }: Sample): Promise<Record<string, string>> {
  const signer = new SignatureV4({ credentials: identity, ...scope, sha256: Sha256 });
  const url = { protocol: 'https:', hostname: 'unused', query: {} };
  const signed = await signer.sign(
    { ...request, ...url, headers: { ...request.headers } },
    { signingDate: new Date(at) },
  );
  return signed.headers;
}

function randomSample(random: Random) {
  const identity: Identity = {
    accessKeyId: random.text(16),
    secretAccessKey: random.text(40),
    ...(random.chance(0.5) && { sessionToken: random.text(120) }),
  };
  const extra = random.list(6, () => [random.pick(headerNames), random.value()] as const);
  const port = random.pick(['', ':4566', ':443']);
  return {
    request: {
      method: 'POST',
      path: random.path(),
      headers: { host: `${random.pick(hosts)}${port}`, ...Object.fromEntries(extra) },
      body: JSON.stringify({ QueueUrl: random.value(), Body: random.body() }),
    },
    identity,
    scope: { region: random.pick(regions), service: 'sqs' },
    at: Math.floor(random.next() * 4e12),
  };
}

const regions = ['us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1', 'us-iso-east-1'];
const hosts = ['sqs.eu-west-1.amazonaws.com', 'localhost', '[::1]', 'sqs-fips.us-east-2.api.aws'];
const headerNames = [
  'content-type',
  'x-amz-target',
  'x-amzn-query-mode',
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'content-length',
  'user-agent',
  'x-amz-user-agent',
  'x-amzn-trace-id',
  'proxy-authorization',
  'sec-fetch-mode',
  'connection',
  'te',
  'x-custom',
  'a-first',
];
const characters = 'abcXYZ019+/=-_.~ \t\'"()*!%&?#é✓😀\ud800'.match(/./gsu) ?? [];
const segments = ['', '.', '..', 'a', 'queue name', 'b%20c', "it's(*)!", 'ü', '~x', '%2F'];

class Random {
  constructor(readonly next: () => number) {}

  chance(part: number): boolean {
    return this.next() < part;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)];
  }

  list<T>(max: number, make: () => T): T[] {
    return Array.from({ length: Math.floor(this.next() * (max + 1)) }, make);
  }

  /** As credentials are: letters, digits and a few signs. */
  text(length: number): string {
    const letters = 'ABCDEFabcdef0123456789+/=';
    return Array.from({ length }, () => this.pick(letters.split(''))).join('');
  }

  value(): string {
    return this.list(20, () => this.pick(characters)).join('');
  }

  body(): string {
    return this.value().repeat(this.pick([0, 1, 3, 50]));
  }

  path(): string {
    const inner = this.list(5, () => this.pick(segments)).join('/');
    return this.pick(['/', `/${inner}`, `/${inner}/`]);
  }
}

class Sha256 {
  private readonly hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'object' ? Buffer.from(secret as Uint8Array) : secret;
    this.hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {}
}
