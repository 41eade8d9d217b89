import {
  Injectable,
  ParseIntPipe,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { map, of } from 'rxjs';
import type { Observable } from 'rxjs';
import {
  PostTask,
  Source,
  SqsContext,
  SqsPipeline,
  SqsPipelines,
  Stage,
  TaskContext,
  type Outcome,
  type TaskDelivery,
} from '../../../lib/index.js';
import { instanceOf, pipelineSetup } from './setup.js';

class NotThirteen implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToRpc().getData() !== '13';
  }
}

class Tenfold implements NestInterceptor<number, number> {
  intercept(_context: ExecutionContext, next: CallHandler<number>): Observable<number> {
    return next.handle().pipe(map((value) => value * 10));
  }
}

@SqsPipeline({ name: 'line' })
class Line {
  readonly seen: unknown[] = [];
  private readonly values = ['7', '13', '8'];
  constructor(private readonly context: TaskContext) {}

  @Source({ intervalMs: 100 }) make(): string | undefined {
    const value = this.values.shift();
    this.context.set('madeFrom', value);
    return value;
  }

  @Stage()
  @UseGuards(NotThirteen)
  @UseInterceptors(Tenfold)
  parse(@Ctx() context: SqsContext, @Payload(ParseIntPipe) value: number): Observable<number> {
    this.seen.push(`${context.pattern} of ${context.queue}: ${value}`);
    return of(value + 1);
  }

  @Stage() end(value: number): void {
    this.seen.push(`${this.context.get<string>('madeFrom')} became ${value}`);
  }
}

@Injectable()
class Audit {
  readonly lines: string[] = [];
  @PostTask({ on: 'any' }) note({ pattern }: TaskDelivery, { kind }: Outcome): void {
    if (pattern !== 'line.make') this.lines.push(`${pattern} ${kind}`);
  }
}

test("stages have Nest's guards, pipes and interceptors, hooks see them, and the task context goes along", async () => {
  const { worker, work } = pipelineSetup();
  const app = await worker({
    pipelines: [Line],
    providers: [Audit],
    worker: { stages: ['line'], concurrency: 1 },
  });
  await work(900);
  expect(instanceOf(app, Line).seen).toEqual([
    'line.parse of line-make: 7',
    '7 became 80',
    'line.parse of line-make: 8',
    '8 became 90',
  ]);
  const { lines } = app.get(Audit);
  expect(lines.filter((line) => line === 'line.parse success')).toHaveLength(2);
  expect(lines.filter((line) => line === 'line.end success')).toHaveLength(2);
  expect(lines).toContain('line.parse retry');
});

test('what an interceptor of the module makes of a success decides about the result, too', async () => {
  const { worker, work } = pipelineSetup();
  const failing = {
    intercept: (_delivery: TaskDelivery, next: { handle(): Observable<Outcome> }) =>
      next.handle().pipe(map((): Outcome => ({ kind: 'discard', reason: 'not wanted' }))),
  };
  const app = await worker({
    pipelines: [Line],
    module: { taskInterceptors: [failing] },
    worker: { stages: ['line.make', 'line.parse'] },
  });
  const results: unknown[] = [];
  app
    .get(SqsPipelines)
    .results('line.parse')
    .asObservable()
    .subscribe((value) => results.push(value));
  await work(2_000);
  expect(results).toEqual([]);
});
