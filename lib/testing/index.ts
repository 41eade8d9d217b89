/** What users import in their specs, from `nestjs-sqs-tasks/testing`. */
export { startConfiguredWorker } from './configured-worker.js';
export type { ConfiguredWorkerOptions } from './configured-worker.js';
export type { ExpectedSend } from './expect-sent.js';
export { SqsFaults } from './faults.js';
export type { FaultOptions } from './faults.js';
export type { HandledTask } from './handled-tasks.js';
export type { QueuedTask, SentTask } from './sent-tasks.js';
export { SqsHarness } from './sqs-harness.js';
export type { WaitOptions } from './sqs-harness.js';
export { SqsTestingModule } from './sqs-testing.module.js';
export type { TaskMatch } from './task-match.js';
export type { ClockKind } from './test-clock.js';
export { ManualClockNeededError, ReadyMadeAppError, StillWaitingError } from './testing-errors.js';
export type { SqsTestingOptions, SqsTestingSwitches } from './testing-options.js';
