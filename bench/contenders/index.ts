import type { Contender } from './contender.js';
import { ours } from './ours.js';
import { rawSdk } from './raw-sdk.js';
import { sqsConsumer } from './sqs-consumer.js';
import { squiss } from './squiss.js';

export const contenders: Record<string, Contender> = {
  'raw-sdk': rawSdk,
  'sqs-consumer': sqsConsumer,
  squiss,
  ours,
};
