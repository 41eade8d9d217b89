/** Said once work has begun. */
export const RUNNING = 'Running; Ctrl-C drains, a second one aborts.';
