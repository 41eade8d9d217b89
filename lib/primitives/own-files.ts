import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version of this package; a test compares it with package.json. */
export const VERSION = '0.1.0';

/**
 * Path of the file that holds this code: a source file, or a file of the package's `dist` folder. Undefined where a
 * bundler has put the library into an ES module of the app, which knows no file of its own.
 */
export function ownFile(): string | undefined {
  try {
    return fileURLToPath(import.meta.url);
  } catch {
    return undefined;
  }
}

/** `require()` that bundlers do not follow: for optional packages, resolved beside this library, else beside the app. */
export function ownRequire(): NodeJS.Require {
  return createRequire(ownFile() ?? join(process.cwd(), 'package.json'));
}

/**
 * Path of a file that Node has to start by itself, such as the first file of a pool's thread: `built` is its name in
 * `dist`, `source` its path below `lib`. Undefined where neither is there, as in an app that is one bundled file.
 */
export function startableFile(names: { built: string; source: string }): string | undefined {
  const own = ownFile();
  if (own === undefined) return undefined;
  const path = own.endsWith('.ts')
    ? join(dirname(own), '..', names.source)
    : join(dirname(own), names.built);
  return existsSync(path) ? path : undefined;
}
