import { VERSION } from '../../primitives/own-files.js';

/** How this package names itself to AWS: `lib/nestjs-sqs-tasks#1.2.3`. */
export function packageUserAgent(): string {
  return `lib/nestjs-sqs-tasks#${VERSION}`;
}
