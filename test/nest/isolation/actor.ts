import { Controller } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { SqsTask } from '../../../lib/index.js';
import type { SqsTaskOptions } from '../../../lib/index.js';
import type { Act } from './fixtures/acts.js';

/** A controller whose task `act` runs in `acts.ts`. */
export function actor(options: SqsTaskOptions): Type<unknown> {
  @Controller()
  class Actor {
    @SqsTask('act', options)
    act(@Payload() _data: Act): void {}
  }
  return Actor;
}
