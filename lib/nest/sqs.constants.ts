/** The transport of our handlers: other transports of a hybrid app never see them, nor do we see theirs. */
export const SQS: unique symbol = Symbol.for('nestjs-sqs-tasks:transport');

/** Where the decorators leave what they were told, in Nest's pattern extras. */
export const SQS_HANDLER: unique symbol = Symbol.for('nestjs-sqs-tasks:handler');

/** `Class.method`, in Nest's pattern extras, for logs and errors. */
export const HANDLER_NAME: unique symbol = Symbol.for('nestjs-sqs-tasks:handler-name');

/** Token of the options given to `SqsModule.forRoot`. */
export const SQS_MODULE_OPTIONS = 'SQS_MODULE_OPTIONS';

/** Token of what the runtime is built from. */
export const SQS_RUNTIME_PARTS = 'SQS_RUNTIME_PARTS';

/** Token of a `PartsSource`, given by value in any module of an app: the testing kit has the runtime built from its own. */
export const SQS_PARTS_SOURCE = 'SQS_PARTS_SOURCE';

/**
 * Token of an interceptor around every send: `{ provide: SQS_SEND_INTERCEPTOR, useClass: Stamp }` in any module, any
 * number of times.
 */
export const SQS_SEND_INTERCEPTOR = 'SQS_SEND_INTERCEPTOR';

/**
 * Token of an interceptor around every delivery: `{ provide: SQS_TASK_INTERCEPTOR, useClass: Tracing }` in any module,
 * any number of times.
 */
export const SQS_TASK_INTERCEPTOR = 'SQS_TASK_INTERCEPTOR';
