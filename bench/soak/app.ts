import { setTimeout as pause } from 'node:timers/promises';
import {
  Controller,
  Injectable,
  Module,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type DynamicModule,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { defineTask, SqsContext, SqsModule, SqsTask } from 'nestjs-sqs-tasks';
import type { SqsModuleOptions } from 'nestjs-sqs-tasks';
import type { Observable } from 'rxjs';
import { Ledger } from './ledger.js';

export interface Work {
  n: number;
  text: string;
}

export const QUEUE = 'soak';
export const DEAD_QUEUE = 'soak-dead';
export const work = defineTask<Work>('work', { queue: QUEUE });

export class PlannedFailure extends Error {
  override readonly name = 'PlannedFailure';
}

@Injectable()
class AllowAll implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Injectable()
class PassThrough implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

@Injectable()
class CheckNumber implements PipeTransform<Work, Work> {
  transform(value: Work): Work {
    if (!Number.isInteger(value.n)) throw new TypeError('Expected n to be an integer');
    return value;
  }
}

/** One task in a hundred throws at its first attempt, and one in a hundred takes 200 ms. */
@Controller()
@UseGuards(AllowAll)
@UseInterceptors(PassThrough)
class SoakTasks {
  constructor(private readonly ledger: Ledger) {}

  @SqsTask(work)
  async run(@Payload(CheckNumber) { n }: Work, @Ctx() context: SqsContext): Promise<void> {
    if (n % 100 === 1 && context.attempt === 1) throw new PlannedFailure(`Task ${n}`);
    if (n % 100 === 51) await pause(200);
    this.ledger.handled(n);
  }
}

@Module({})
export class SoakModule {
  static on(connection: SqsModuleOptions['connection']): DynamicModule {
    const deadLetter = { queue: DEAD_QUEUE, maxReceiveCount: 5 };
    return {
      module: SoakModule,
      imports: [
        SqsModule.forRoot({
          connection,
          queues: [{ name: QUEUE, deadLetter }, DEAD_QUEUE],
          onMissingQueue: 'create',
        }),
      ],
      controllers: [SoakTasks],
      providers: [Ledger],
      exports: [Ledger],
    };
  }
}
