/** Attributes of a copy that we made to a dead-letter queue: why, and from which queue; left out where ten are taken. */
export const DEAD_LETTER_REASON = 'DeadLetterReason';
export const DEAD_LETTER_SOURCE = 'DeadLetterSource';
