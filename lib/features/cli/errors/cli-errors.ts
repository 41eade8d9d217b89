import { SqsError } from '../../../contracts/index.js';
import { suggestion } from '../../../contracts/options/schema/suggestion.js';

/** What was typed cannot be run; the command line answers it with the usage and exit code 2. */
export class UsageError extends SqsError {}

/** `--app` names a file that is not there. */
export class AppNotFoundError extends SqsError {
  constructor(facts: { reference: string; file: string }) {
    super(
      `There is no app "${facts.reference}": the file "${facts.file}" is not there. Give the compiled file and its export, ` +
        'such as --app dist/app.module.js:AppModule, relative to the current folder.',
    );
  }
}

/** The app's file is there, but Node cannot load it, or it throws while it is loaded. */
export class AppNotLoadedError extends SqsError {
  constructor(facts: { file: string; reason: string; cause: unknown }) {
    super(`The app file "${facts.file}" could not be loaded: ${facts.reason}`, {
      cause: facts.cause,
    });
  }
}

/** The app is TypeScript, which Node does not run with its decorators. */
export class TypeScriptAppError extends SqsError {
  constructor(facts: { file: string; cause: unknown }) {
    super(
      `"${facts.file}" is TypeScript, which Node cannot run as it stands. Compile it (nest build) and give the ` +
        'compiled file, such as --app dist/app.module.js:AppModule.',
      { cause: facts.cause },
    );
  }
}

/** The app's file has no such export. */
export class ExportNotFoundError extends SqsError {
  constructor(facts: ExportFacts & { name: string; isOnlyInside: boolean }) {
    const { file, name, known } = facts;
    const meant = suggestion(name, known);
    const shown = meant === '' ? ` It ${exported(known)}.` : ` It ${counted(known)}.`;
    const inside =
      ' The name stands in its text, in a module that was bundled into it: a bundle exports what its entry file exports ' +
      "(webpack: with output.library.type 'commonjs2').";
    super(
      `"${file}" has no export "${name}"${meant}${meant === '' ? '.' : ''}${shown}${facts.isOnlyInside ? inside : ''}`,
    );
  }
}

/** No export was named, and the app's file has no default one. */
export class ExportNotChosenError extends SqsError {
  constructor(facts: ExportFacts & { app: string | undefined }) {
    const { file, known, app = known[0] } = facts;
    const choose = app === undefined ? '' : ` Name the app: --app ${file}:${app}.`;
    super(`"${file}" has no default export and no "AppModule". It ${exported(known)}.${choose}`);
  }
}

interface ExportFacts {
  readonly file: string;
  /** What it exports. */
  readonly known: readonly string[];
}

const SHOWN_EXPORTS = 5;

/** `exports "a", "b"`, `has 200 exports, such as "a", "b"` */
function exported(known: readonly string[]): string {
  if (known.length === 0) return 'exports nothing';
  const shown = known.slice(0, SHOWN_EXPORTS).map((name) => `"${name}"`);
  const few = shown.join(', ');
  return known.length > SHOWN_EXPORTS ? `${counted(known)}, such as ${few}` : `exports ${few}`;
}

function counted({ length }: readonly string[]): string {
  return length === 1 ? 'has 1 export' : `has ${length} exports`;
}

/** The export is there, but it is no app and nothing that makes one. */
export class NoAppError extends SqsError {
  constructor(facts: { reference: string; found: string }) {
    super(
      `Expected "${facts.reference}" to be a Nest module, an app, or a function that answers one of them, got ${facts.found}.`,
    );
  }
}

/** The app has no `SqsModule`, or one of another copy of this package. */
export class NoSqsModuleError extends SqsError {
  constructor(facts: { reference: string }) {
    super(
      `The app "${facts.reference}" has no SqsModule. Import SqsModule.forRoot() or forRootAsync() in it, from the ` +
        'same installed nestjs-sqs-tasks that this command is of.',
    );
  }
}

/** An app that threw while it started. */
export class AppStartError extends SqsError {
  constructor(facts: { reference: string; reason: string; cause: unknown }) {
    super(`The app "${facts.reference}" could not start: ${facts.reason}`, { cause: facts.cause });
  }
}

/** Flags for an app that chose its worker's options itself. */
export class FixedWorkerError extends SqsError {
  constructor(facts: { reference: string; flags: readonly string[] }) {
    super(
      `The app "${facts.reference}" was made with its own sqsWorker() options, so ${facts.flags.join(', ')} cannot change ` +
        'them. Leave them out, or give --app a module or an app without a worker.',
    );
  }
}

/** A configuration file that cannot be read. */
export class ConfigFileError extends SqsError {
  constructor(facts: { file: string; reason: string; cause?: unknown }) {
    super(`The configuration file "${facts.file}" cannot be used: ${facts.reason}.`, {
      cause: facts.cause,
    });
  }
}

/** What destroys is not done unasked. */
export class NotConfirmedError extends UsageError {
  constructor(facts: { question: string }) {
    super(`${facts.question} There is no terminal to ask: give --yes if you mean it.`);
  }
}

/** The user answered no. */
export class DeclinedError extends SqsError {
  constructor() {
    super('Nothing was done.');
  }
}

/** `emulate` could not begin to serve. */
export class EmulatorStartError extends SqsError {
  static listening(port: number, cause: unknown): EmulatorStartError {
    const { code, message } = cause as { code?: string; message: string };
    const reason = code === 'EADDRINUSE' ? 'another program uses it' : message;
    return new EmulatorStartError(
      `Cannot listen on port ${port} of 127.0.0.1: ${reason}. Choose another with --port, or 0 for a free one.`,
      { cause },
    );
  }

  static queue(name: string, cause: unknown): EmulatorStartError {
    return new EmulatorStartError(
      `Cannot create the queue "${name}": ${(cause as Error).message}`,
      { cause },
    );
  }
}
