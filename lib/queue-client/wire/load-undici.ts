import { ownRequire } from '../../primitives/own-files.js';
import type { UndiciModule } from './undici-transport.js';

/** 8 needs Node 22.19. */
const MAJORS = [7, 8];

/** The optional package `undici`, or why it is not used. */
export type LoadedUndici = { undici: UndiciModule } | { reason: string };

/** Loads it where it is installed in a version whose dispatch is known here. */
export async function loadUndici(
  require: (id: string) => unknown = ownRequire(),
): Promise<LoadedUndici> {
  try {
    const { version } = require('undici/package.json') as { version: string };
    if (!MAJORS.includes(Number.parseInt(version, 10))) {
      return { reason: `the installed undici is ${version}, and ^7 or ^8 is needed` };
    }
    return { undici: require('undici') as UndiciModule };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'MODULE_NOT_FOUND') return { reason: 'the package undici is not installed' };
    return { reason: `the package undici could not be loaded: ${(error as Error).message}` };
  }
}
