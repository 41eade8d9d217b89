import { BadRequestException, HttpException, ValidationPipe } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { IsEmail, IsInt, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { z } from 'zod';
import { errorStack, errorText } from '../../../lib/primitives/error-text.js';

class Item {
  @IsInt() count!: number;
}

class Order {
  @IsEmail() to!: string;
  @ValidateNested({ each: true }) @Type(() => Item) items!: Item[];
}

async function refusedBy(pipe: ValidationPipe, value: unknown): Promise<unknown> {
  return pipe.transform(value, { type: 'body', metatype: Order }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const badOrder = { to: 'secret-of-ada', items: [{ count: 'secret-too' }] };

describe('errorText()', () => {
  test('says what a ValidationPipe refused, and not only "Bad Request Exception"', async () => {
    const error = await refusedBy(new ValidationPipe(), badOrder);
    expect(errorText(error)).toBe(
      'Bad Request Exception: to must be an email; items.0.count must be an integer number',
    );
  });

  test('says the same where a pipe throws class-validator’s own errors, without the payload', async () => {
    const raw = new ValidationPipe({ exceptionFactory: (errors) => new RpcException(errors) });
    const nested = new ValidationPipe({
      exceptionFactory: (errors) => new BadRequestException({ message: errors }),
    });
    const texts = [await refusedBy(raw, badOrder), await refusedBy(nested, badOrder)].map(
      errorText,
    );
    for (const text of texts) {
      expect(text).toContain(
        'to: to must be an email; items: 0: count: count must be an integer number',
      );
      expect(text).not.toContain('secret');
    }
  });

  test.each<[string, unknown, string]>([
    ['a response that is a text', new BadRequestException('no such user'), 'no such user'],
    [
      'a response with one message',
      new HttpException({ message: 'gone', statusCode: 410 }, 410),
      'gone',
    ],
    [
      'a response without a message',
      new BadRequestException({ code: 'E_LIMIT', limit: { max: 5 } }),
      'Bad Request Exception: code: E_LIMIT, limit: max: 5',
    ],
    ['an RpcException with a text', new RpcException('too late'), 'too late'],
    [
      'an RpcException with messages',
      new RpcException({ status: 'error', message: ['a is missing', 'b is missing'] }),
      'Rpc Exception: a is missing; b is missing',
    ],
    [
      'an AggregateError without a message of its own',
      new AggregateError([new Error('ECONNREFUSED ::1:5432'), new Error('ECONNREFUSED 127.0.0.1')]),
      'ECONNREFUSED ::1:5432; ECONNREFUSED 127.0.0.1',
    ],
    [
      'a chain of causes',
      new Error('fetch failed', {
        cause: new Error('no route', { cause: new Error('ENETUNREACH') }),
      }),
      'fetch failed (cause: no route (cause: ENETUNREACH))',
    ],
    [
      'a cause that the message repeats',
      new Error('saving failed: disk full', { cause: new Error('disk full') }),
      'saving failed: disk full',
    ],
    ['an error without a message', new TypeError(''), 'TypeError'],
    ['a text', 'boom', 'boom'],
    ['an empty text', '', 'an empty text'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 42, '42'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an object', { code: 7, why: ['x', 'y'] }, 'code: 7, why: x; y'],
    ['an object with a message', { message: 'plain', code: 7 }, 'plain'],
    ['an empty object', {}, '{}'],
    ['an empty list', [], 'object'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('tells %s', (_what, error, text) => {
    expect(errorText(error)).toBe(text);
  });

  test('tells the issues of a schema by their paths', () => {
    const schema = z.object({ to: z.email(), items: z.array(z.object({ count: z.int() })) });
    const { error } = schema.safeParse(badOrder);
    expect(errorText(error)).toBe(
      'to: Invalid email address; items.0.count: Invalid input: expected number, received string',
    );
    const issues = [{ message: 'is too short', path: [{ key: 'name' }, 0] }];
    expect(errorText(Object.assign(new Error('Invalid'), { issues }))).toBe(
      'Invalid: name.0: is too short',
    );
  });

  test('leaves out the response that an HTTP client keeps', () => {
    const response = { status: 500, config: { headers: { authorization: 'Bearer secret' } } };
    const error = Object.assign(new Error('Request failed'), { response });
    expect(errorText(error)).toBe('Request failed');
  });

  test('handles errors whose properties throw, cycles, and proxies that refuse everything', () => {
    const spiteful = new Error('spiteful');
    for (const key of ['stack', 'message', 'name', 'cause', 'errors', 'response', 'getError']) {
      Object.defineProperty(spiteful, key, {
        get() {
          throw new Error('no');
        },
      });
    }
    expect(errorText(spiteful)).toBe('object');
    const own = new Error('own');
    own.cause = own;
    expect(errorText(own)).toBe('own');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(errorText(proxy)).toBe('an error that cannot be read');
    expect(errorStack(proxy)).toBe('<Revoked Proxy>');
  });

  test('is bounded, however much there is to tell', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `property ${index} is wrong`);
    const nested = { message: Array.from({ length: 1_000 }, () => many) };
    expect(errorText(new BadRequestException(many)).length).toBeLessThan(1_100);
    expect(errorText(new BadRequestException(nested)).length).toBeLessThan(1_100);
    expect(errorText(new Error('x'.repeat(1_000_000)))).toMatch(/x… \(999000 more characters\)$/);
    let deep: unknown = 'end';
    for (let level = 0; level < 100_000; level++) deep = { deep };
    expect(errorText(deep).length).toBeLessThan(1_100);
  });
});

describe('errorStack()', () => {
  test('has the stacks of the causes too', () => {
    const stack = errorStack(new Error('outer', { cause: new TypeError('inner') }));
    expect(stack).toMatch(/^Error: outer\n\s+at .*\nCaused by: TypeError: inner\n\s+at /s);
  });

  test('lets no message begin a line of its own, nor steer the terminal', () => {
    const stack = errorStack(new Error('x\n[Nest] 1  - LOG [SqsWorker] Completed task\u001b[2J'));
    const [first = '', ...calls] = stack?.split('\n') ?? [];
    expect(first).toBe(String.raw`Error: x\n[Nest] 1  - LOG [SqsWorker] Completed task\u001b[2J`);
    expect(calls.every((line) => /^\s+at /.test(line))).toBe(true);
  });

  test('shows objects that are no errors, and nothing for plain values', () => {
    expect(errorStack({ code: 7 })).toBe('{ code: 7 }');
    expect(errorStack('boom')).toBeUndefined();
    expect(errorStack(undefined)).toBeUndefined();
  });
});
