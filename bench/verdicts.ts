/** A promise and whether this run kept it. */
export interface Verdict {
  held: boolean;
  text: string;
}

/** Prints them; answers whether all were kept. */
export function printVerdicts(verdicts: readonly Verdict[]): boolean {
  for (const { held, text } of verdicts) console.log(`${held ? 'held' : 'BROKEN'}: ${text}`);
  return verdicts.every((verdict) => verdict.held);
}

/** `heap per queue: 12.30 KB, at most 20` */
export function atMost(what: string, value: number, bound: number, unit = ''): Verdict {
  const figure = Number(value.toPrecision(4));
  return { held: value <= bound, text: `${what}: ${figure}${unit}, at most ${bound}${unit}` };
}
