import { z } from 'zod';
import { SQS_LIMITS } from '../../limits.js';
import { required } from './option.js';

/** A queue by its name, URL or ARN. */
export function queueReference(description: string) {
  return required(z.string().refine(isQueueReference), { ...referenceFacts, description });
}

export function optionalQueueReference(description: string, byDefault: string) {
  const facts = { ...referenceFacts, description, default: byDefault };
  return required(z.string().refine(isQueueReference).optional(), facts);
}

/** FIFO queues are told by their names: SQS lets no other end so. */
export function isFifoReference(queue: string): boolean {
  return queue.endsWith('.fifo');
}

const referenceFacts = {
  expected: `a queue's name (up to ${SQS_LIMITS.queueNameLength} letters, digits, "-" and "_", and ".fifo" at the end of a FIFO queue's), URL or ARN`,
  range: 'name, URL or ARN',
};

export function isQueueReference(queue: string): boolean {
  if (/^(https?:\/\/|arn:)\S+$/.test(queue)) return true;
  return /^[A-Za-z0-9_-]+(\.fifo)?$/.test(queue) && queue.length <= SQS_LIMITS.queueNameLength;
}
