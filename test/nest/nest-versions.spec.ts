import { Catch, Get, UseFilters, UseInterceptors } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { SQS, UnsupportedNestError } from '../../lib/nest/index.js';
import { checkNestVersions } from '../../lib/nest/peer-versions.js';
import {
  CONTEXT_PARAMETER,
  EVENT_HANDLER,
  EXCEPTION_FILTERS,
  FILTER_CATCHES,
  HTTP_PATH,
  INTERCEPTORS,
  PARAMETERS,
  PATTERN,
  PATTERN_EXTRAS,
  PATTERN_HANDLER,
  PAYLOAD_PARAMETER,
  TRANSPORT,
} from '../../lib/nest/pipeline/nest-metadata.js';

describe('checkNestVersions', () => {
  test('accepts what is installed, and everything from 11.1.3 on', () => {
    expect(() => checkNestVersions()).not.toThrow();
    for (const version of ['11.1.3', '11.2.0', '12.0.0-next.1', '13.0.0']) {
      expect(() => checkNestVersions(() => version)).not.toThrow();
    }
  });

  test.each(['11.1.2', '11.0.20', '10.4.0'])('refuses %s by name', (version) => {
    const check = () => checkNestVersions(() => version);
    expect(check).toThrow(UnsupportedNestError);
    expect(check).toThrow(`needs @nestjs/core 11.1.3 or later, got ${version}`);
  });
});

describe("Nest's metadata", () => {
  test('lies where the recorder writes it', () => {
    @Catch(TypeError)
    class Filter {
      catch(): void {}
    }
    class Handlers {
      @Get('there')
      @UseFilters(new Filter())
      @UseInterceptors({ intercept: (_context, next) => next.handle() })
      @MessagePattern('x', { queue: 'q' })
      handle(): void {}
    }
    const { handle } = Handlers.prototype;
    expect(Reflect.getMetadata(INTERCEPTORS, handle)).toHaveLength(1);
    expect(Reflect.getMetadata(EXCEPTION_FILTERS, handle)).toHaveLength(1);
    expect(Reflect.getMetadata(FILTER_CATCHES, Filter)).toEqual([TypeError]);
    expect(Reflect.getMetadata(HTTP_PATH, handle)).toBe('there');
    expect(Reflect.getMetadata(PATTERN_HANDLER, handle)).toBeDefined();
    expect(Reflect.getMetadata(PATTERN_EXTRAS, handle)).toEqual({ queue: 'q' });
  });

  test('lies where handlers are read without a microservice', () => {
    class Handlers {
      @EventPattern('x', SQS)
      handle(@Payload() _data: unknown, @Ctx() _context: unknown): void {}
    }
    const { handle } = Handlers.prototype;
    expect(Reflect.getMetadata(PATTERN, handle)).toEqual(['x']);
    expect(Reflect.getMetadata(TRANSPORT, handle)).toBe(SQS);
    expect(Reflect.getMetadata(PATTERN_HANDLER, handle)).toBe(EVENT_HANDLER);
    const parameters = Reflect.getMetadata(PARAMETERS, Handlers, 'handle') as object;
    expect(Object.keys(parameters).toSorted((a, b) => a.localeCompare(b))).toEqual([
      `${PAYLOAD_PARAMETER}:0`,
      `${CONTEXT_PARAMETER}:1`,
    ]);
  });
});
