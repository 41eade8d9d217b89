const MB = 1024 * 1024;

/** This process at one moment, right after a garbage collection. */
export interface Sample {
  minute: number;
  heapMb: number;
  residentMb: number;
  /** What keeps the process alive, by kind. */
  resources: Record<string, number>;
}

export function takeSample(startedAt: number): Sample {
  // Twice: what finalizers let go of in the first is collected in the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    minute: (performance.now() - startedAt) / 60_000,
    heapMb: heapUsed / MB,
    residentMb: rss / MB,
    resources: countedResources(),
  };
}

export function countedResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Megabytes an hour, by least squares. */
export function heapSlope(samples: readonly Sample[]): number {
  const meanX = mean(samples.map((sample) => sample.minute));
  const meanY = mean(samples.map((sample) => sample.heapMb));
  const over = mean(samples.map((one) => (one.minute - meanX) * (one.heapMb - meanY)));
  const under = mean(samples.map((one) => (one.minute - meanX) ** 2));
  return under === 0 ? 0 : (over / under) * 60;
}

/** From the first samples to the last ones; medians of three, as one sample meets whatever was on its way. */
export function heapGrowth(samples: readonly Sample[]): number {
  const heap = samples.map((sample) => sample.heapMb);
  return middle(heap.slice(-3)) - middle(heap.slice(0, 3));
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
