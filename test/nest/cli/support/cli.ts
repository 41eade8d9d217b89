import { Children } from '../../../support/process.js';
import type { Child, ChildExit } from '../../../support/process.js';

const bin = new URL('../../../../lib/features/cli/bin.ts', import.meta.url);
const fixtures = 'test/nest/fixtures/cli';

/** The command in real processes; `await cli.stopAll()` in `afterEach`. */
export class Cli {
  private readonly children = new Children();

  start(args: readonly string[], env: Record<string, string> = {}): Child {
    return this.children.start(bin, { args, env: { ...QUIET, ...env } });
  }

  async run(args: readonly string[], env?: Record<string, string>): Promise<Finished> {
    const child = this.start(args, env);
    const exit = await child.exited;
    return { ...exit, stdout: child.lines.join('\n'), stderr: child.stderr };
  }

  stopAll(): Promise<void> {
    return this.children.stopAll();
  }
}

export interface Finished extends ChildExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** `broken.Throwing` is the export `Throwing` of `broken.app.ts`. */
export function fixture(name: string): string {
  const [file = '', exported = 'AppModule'] = name.split('.');
  return `${fixtures}/${file}.app.ts:${exported}`;
}

const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NO_COLOR: '1' };
