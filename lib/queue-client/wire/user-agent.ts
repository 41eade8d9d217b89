import { readFileSync } from 'node:fs';

/** How this package names itself to AWS: `lib/nestjs-sqs-tasks#1.2.3`. */
export function packageUserAgent(): string {
  const version = ownVersion();
  return version === undefined ? 'lib/nestjs-sqs-tasks' : `lib/nestjs-sqs-tasks#${version}`;
}

function ownVersion(): string | undefined {
  try {
    const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    return (JSON.parse(manifest) as { version?: string }).version;
  } catch {
    // Bundled into a program, it has no manifest beside it.
    return undefined;
  }
}
