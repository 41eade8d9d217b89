import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SqsError } from '../contracts/index.js';
import { ownRequire } from '../primitives/own-files.js';

const PEERS = ['@nestjs/core', '@nestjs/microservices'] as const;

// Before 11.1.3 Nest ignored `strategy` in what an async microservice factory answers, and started TCP instead.
const OLDEST: Version = [11, 1, 3];

type Version = readonly [number, number, number];

/** A Nest that cannot run this transport. */
export class UnsupportedNestError extends SqsError {
  constructor(facts: { packageName: string; version: string }) {
    super(
      `nestjs-sqs-tasks needs ${facts.packageName} ${OLDEST.join('.')} or later, got ${facts.version}. ` +
        `Update all @nestjs packages together.`,
    );
  }
}

/** @throws UnsupportedNestError where an installed Nest package is too old */
export function checkNestVersions(
  versionOf: (packageName: string) => string | undefined = installedVersion,
): void {
  for (const packageName of PEERS) {
    const version = versionOf(packageName);
    if (version !== undefined && isOlder(parse(version), OLDEST))
      throw new UnsupportedNestError({ packageName, version });
  }
}

/**
 * Nest 12 does not export its package.json, but its entry file stands beside it. Undefined where Nest is bundled into
 * the app: no package is there to look at.
 */
function installedVersion(packageName: string): string | undefined {
  try {
    const entry = ownRequire().resolve(packageName);
    const manifest = readFileSync(join(dirname(entry), 'package.json'), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function parse(version: string): Version {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).slice(0, 3).map(Number);
  return [major, minor, patch];
}

function isOlder(version: Version, than: Version): boolean {
  const [a, b] = [version, than];
  if (a[0] !== b[0]) return a[0] < b[0];
  if (a[1] !== b[1]) return a[1] < b[1];
  return a[2] < b[2];
}
