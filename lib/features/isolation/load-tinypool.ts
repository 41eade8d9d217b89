import { MissingPackageError } from '../../contracts/index.js';

/** What is used of the package `tinypool`. */
export interface TinypoolModule {
  readonly Tinypool: new (options: PoolOptions) => Pool;
}

export interface PoolOptions {
  runtime: 'worker_threads' | 'child_process';
  minThreads: number;
  maxThreads: number;
  idleTimeout: number;
  useAtomics: boolean;
  serialization: 'advanced';
  env: Record<string, string>;
  resourceLimits?: { maxOldGenerationSizeMb: number };
  execArgv?: string[];
}

export interface Pool {
  run(task: unknown, options: RunOptions): Promise<unknown>;
  destroy(): Promise<void>;
  /** Its members, those that start included. */
  readonly threads: readonly PoolMember[];
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

export interface RunOptions {
  filename: string;
  name: string;
  /** Aborting it ends the member. */
  signal: AbortSignal;
  transferList?: import('node:worker_threads').MessagePort[];
  channel?: PoolChannel;
}

/** Messages to and from a member that is a process. */
export interface PoolChannel {
  onMessage(send: (message: unknown) => void): void;
  postMessage(message: unknown): void;
}

export interface PoolMember {
  /** Of the thread, or the process. */
  readonly threadId: number;
  once(event: 'exit', listener: (code: number | null, signal?: string | null) => void): void;
  emit(event: 'error', error: Error): void;
  /** Ends it, whatever it does. */
  terminate(): Promise<unknown>;
}

/**
 * Loads the optional package, only where it is used.
 * @throws MissingPackageError
 */
export async function loadTinypool(): Promise<TinypoolModule> {
  try {
    return await import('tinypool');
  } catch (cause) {
    throw cannotLoad(cause);
  }
}

export function cannotLoad(cause: unknown): unknown {
  const { code, message } = cause as { code?: string; message?: string };
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' && message?.includes("'tinypool'") === true;
  if (!isMissing) return cause;
  return new MissingPackageError({
    packageName: 'tinypool',
    neededFor: '@SqsTask({ isolate })',
    install: 'npm install tinypool',
    cause,
  });
}
