import { InvalidOptionsError, MissingPackageError } from '../../contracts/index.js';

/** What is used of the package `fauxqs`, in its versions 1 and 2. */
export interface EmulatorModule {
  buildApp(options: { logger: boolean }): EmulatorApp;
}

export interface EmulatorApp {
  listen(options: { host: string; port: number }): PromiseLike<string>;
  close(): PromiseLike<unknown>;
}

/**
 * Loads the optional package, only where it is used.
 * @throws MissingPackageError, InvalidOptionsError
 */
export async function loadFauxqs(): Promise<EmulatorModule> {
  try {
    return await import('fauxqs');
  } catch (cause) {
    throw cannotLoad(cause);
  }
}

/** Not installed, or installed in a version that this Node cannot run. */
export function cannotLoad(cause: unknown): Error {
  const { code, message } = cause as { code?: string; message?: string };
  if (code === 'ERR_MODULE_NOT_FOUND' && message?.includes("'fauxqs'") === true) {
    return new MissingPackageError({
      packageName: 'fauxqs',
      neededFor: 'connection: { embedded: true }',
      install: 'npm install --save-dev fauxqs@1',
      cause,
    });
  }
  return new InvalidOptionsError({
    where: 'connection: { embedded: true }',
    problems: [
      `the package "fauxqs" could not be loaded on Node ${process.version}: ${message ?? String(cause)}; ` +
        'its version 1 runs on Node 20 and later',
    ],
  });
}
