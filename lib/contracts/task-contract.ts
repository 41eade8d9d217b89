import type { SendOptions, TaskTarget } from './sending.js';

/**
 * A task that sender and handler agree on; `defineTask` makes one. `Input` is what is sent, `Output` what the handler
 * gets: they differ where the schema converts.
 */
export interface TaskContract<Input = unknown, Output = Input> extends TaskTarget {
  readonly schema?: TaskSchema<Input, Output>;
  /** What each send says unless it says otherwise. */
  readonly options?: SendOptions;
  /** For the compiler only; never set. */
  readonly types?: { readonly input: Input; readonly output: Output };
}

/** What is sent with a contract: `TaskInput<typeof sendEmail>`. */
export type TaskInput<Contract> = Contract extends {
  readonly types?: { readonly input: infer Input };
}
  ? Input
  : never;

/** What a handler of a contract gets: `send(@Payload() data: TaskPayload<typeof sendEmail>)`. */
export type TaskPayload<Contract> = Contract extends {
  readonly types?: { readonly output: infer Output };
}
  ? Output
  : never;

/** Any Standard Schema (zod, valibot, arktype, …), or a class with class-validator decorators. */
export type TaskSchema<Input = unknown, Output = Input> =
  StandardSchema<Input, Output> | DtoClass<Input>;

export type DtoClass<Data = unknown> = new (...args: never[]) => Data;

/** The part of the Standard Schema interface, version 1, that is used here. {@link https://standardschema.dev} */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] };

/** What a schema says of data: what it makes of them, or why they do not fit. */
export type DataVerdict<Output = unknown> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly string[] };

export interface StandardSchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
