import { Controller, Injectable } from '@nestjs/common';
import {
  OnTaskError,
  PostTask,
  Source,
  SqsBatchTask,
  SqsDeadLetters,
  SqsPipeline,
  SqsRawTask,
  SqsTask,
  Stage,
} from '../../lib/index.js';
import type { Outcome } from '../../lib/index.js';
import { pipelineSetup } from './pipelines/setup.js';
import { closeApps, memoryApp } from './support/memory-app.js';

afterEach(closeApps);

const job = { queue: 'jobs', pattern: 'job' };
const deadLetter = { queue: 'jobs-dead', maxReceiveCount: 1 };
const facts = {
  queues: [],
  module: { queues: [{ name: 'jobs', deadLetter }], onMissingQueue: 'create' },
  worker: { queues: ['jobs'] },
} as const;

function fails(): never {
  throw new Error('the bank does not answer');
}

@Controller()
class Task {
  @SqsTask('job', { onExhausted: 'copy' }) job(): void {
    fails();
  }
}

@Controller()
class Batch {
  @SqsBatchTask('job', { onExhausted: 'copy' }) job(): void {
    fails();
  }
}

@Controller()
class Raw {
  @SqsRawTask({ queue: 'jobs', onExhausted: 'copy' }) job(): void {
    fails();
  }
}

@Controller()
class Plain {
  @SqsTask('job') job(): void {
    fails();
  }
}

describe("onExhausted: 'copy' of a handler", () => {
  test.each([Task, Batch, Raw])(
    'lets a look into the dead-letter queue show why: %o',
    async (type) => {
      const app = await memoryApp({ ...facts, controllers: [type] });
      await app.producer.send(job, 1);
      await app.work();
      await app.clock.advance(5_000);
      expect(app.service.messages('jobs')).toEqual([]);
      const peeking = app.app.get(SqsDeadLetters).peek('jobs-dead');
      await app.clock.advance(5_000);
      const [letter] = (await peeking).messages;
      expect(letter.reason).toBe('the bank does not answer');
    },
  );

  test('is refused with a sentence where it is no such choice', () => {
    expect(() => SqsTask('job', { onExhausted: 'move' as never })).toThrow(
      'Expected onExhausted to be one of "sqs", "copy", got "move"',
    );
  });
});

describe('the last attempt', () => {
  test('is told to @OnTaskError() and @PostTask() as what it comes to', async () => {
    @Injectable()
    class Audit {
      readonly outcomes: Outcome[] = [];
      readonly errors: unknown[] = [];
      @PostTask({ on: 'any' }) ended(_delivery: unknown, outcome: Outcome): void {
        this.outcomes.push(outcome);
      }
      @OnTaskError() failed(error: unknown): void {
        this.errors.push(error);
      }
    }
    const app = await memoryApp({ ...facts, controllers: [Plain], providers: [Audit] });
    await app.producer.send(job, 1);
    await app.work();
    await app.clock.advance(5_000);
    const { outcomes, errors } = app.app.get(Audit);
    expect(outcomes).toMatchObject([{ kind: 'dead-letter', movedBy: 'sqs' }]);
    expect(errors).toHaveLength(1);
    expect(app.service.messages('jobs-dead')).toHaveLength(1);
  });

  test('of a stage is copied with its reason where the stage says so', async () => {
    @SqsPipeline({ name: 'mortal', maxReceiveCount: 1 })
    class Mortal {
      isMade = false;
      @Source({ intervalMs: 1_000 }) make(): string | undefined {
        if (this.isMade) return undefined;
        this.isMade = true;
        return 'item';
      }
      @Stage({ onExhausted: 'copy' }) check(): void {
        fails();
      }
    }
    const { worker, work, service } = pipelineSetup();
    await worker({ pipelines: [Mortal], worker: { stages: ['mortal'] } });
    await work(5_000);
    const [dead] = service.messages('mortal-make-dead');
    expect(dead.attributes['DeadLetterReason']?.stringValue).toBe('the bank does not answer');
  });
});
