/** `npm run test:full` sets it: random runs and loops have the sizes that docs/reliability.md tells of. */
const isFull = process.env['TEST_FULL'] === '1';

/** How much of something a test does: less in `npm test`, which is run often, all of it in `npm run test:full`. */
export function scaled({ quick, full }: { quick: number; full: number }): number {
  return isFull ? full : quick;
}
