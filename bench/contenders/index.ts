import type { Contender } from './contender.js';
import { floor } from './floor.js';
import { ours, oursByHandler, oursBySdk } from './ours.js';
import { rawSdk } from './raw-sdk.js';
import { sqsConsumer } from './sqs-consumer.js';
import { squiss } from './squiss.js';

export const contenders: Record<string, Contender> = {
  'raw-sdk': rawSdk,
  'sqs-consumer': sqsConsumer,
  squiss,
  'ours-sdk': oursBySdk,
  'ours-handler': oursByHandler,
  ours,
  floor,
};
