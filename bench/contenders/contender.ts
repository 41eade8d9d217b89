import { readFileSync } from 'node:fs';
import type { SQSClientConfig } from '@aws-sdk/client-sqs';

export interface Contender {
  /** Name and version, for the table. */
  readonly label: string;
  start(work: Work): Promise<void>;
}

export interface Work {
  endpoint: string;
  /** Handlers that may run at once. */
  slots: number;
  /** The handler: it counts, and does nothing else. */
  onTask: () => void;
}

export const QUEUE = 'bench';

export function queueUrlOf(work: Work): string {
  return `${work.endpoint}/000000000000/${QUEUE}`;
}

export function clientConfigOf(work: Work): SQSClientConfig {
  return {
    endpoint: work.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  };
}

/** Read from the file: not every package exports its manifest. */
export function versionOf(packageName: string): string {
  const file = new URL(`../../node_modules/${packageName}/package.json`, import.meta.url);
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return `${packageName} ${manifest.version}`;
}
