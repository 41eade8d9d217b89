/** The embedded SQS, for the feature that starts one for several processes. */

export { ASK_PARENT, SqsEmbedded } from '../../queue-client/index.js';
export type { EmbeddedAnswer, EmbeddedQuestion } from '../../queue-client/index.js';

/** The emulator itself, loaded only by who serves it. */
export const loadEmulator = () => import('../../queue-client/memory/http/index.js');
