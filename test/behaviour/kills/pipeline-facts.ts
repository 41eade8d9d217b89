/** Shared by the loop that kills and the processes that it kills. */
export const STAGES = ['line.make', 'line.square', 'line.end'] as const;
export const INPUTS = {
  'line.make': undefined,
  'line.square': 'line-make',
  'line.end': 'line-square',
};
/** Items that the source makes at once. */
export const SOURCE_SLOTS = 4;
/** Long enough to count what a killed process held before SQS gives it to another. */
export const VISIBILITY_SECONDS = 5;

export type StageName = (typeof STAGES)[number];
