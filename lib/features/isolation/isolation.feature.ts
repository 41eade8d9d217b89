import { Injectable } from '@nestjs/common';
import type { SqsFeature } from '../../nest/module/sqs-feature.js';
import { SqsRuntime } from '../../nest/sqs.runtime.js';
import { IsolatedRunner } from './isolated-runner.js';

/** Gives handlers with `isolate` their pools, and ends these once the servers have drained. */
@Injectable()
class IsolationJoin {
  constructor(runtime: SqsRuntime) {
    const { clock } = runtime.parts;
    const runner = new IsolatedRunner({ clock, logger: runtime.workerLogger });
    runtime.use({ taskRunner: runner, close: () => runner.close() });
  }
}

export const isolationFeature: SqsFeature = { providers: [IsolationJoin], exports: [] };
