/** Whether a figure stays where it is. */

export interface FlatnessLimit {
  /** Part of the first value that it may grow by. */
  readonly fraction: number;
  /** Where that part is less than this, it may grow by this: what an engine takes for code and caches has no relation to small figures. */
  readonly atLeast: number;
  /** It may never grow by more than this. */
  readonly atMost: number;
}

export interface Flatness {
  /** Median of the first third of what is looked at, and of the last. */
  readonly first: number;
  readonly last: number;
  readonly allowed: number;
  readonly isFlat: boolean;
}

/** This part of the samples is not looked at: the first ones, while caches fill. */
const WARM_UP = 0.2;
/** Samples that a judgement needs. */
export const FEWEST_SAMPLES = 6;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return (low + high) / 2;
}

/** @throws `RangeError` if there are fewer than {@link FEWEST_SAMPLES} */
export function judgeFlatness(samples: readonly number[], limit: FlatnessLimit): Flatness {
  if (samples.length < FEWEST_SAMPLES) {
    throw new RangeError(`${samples.length} samples are too few, ${FEWEST_SAMPLES} are needed`);
  }
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP));
  const third = Math.max(1, Math.floor(warm.length / 3));
  const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))];
  const allowed = Math.min(limit.atMost, Math.max(limit.atLeast, first * limit.fraction));
  return { first, last, allowed, isFlat: last - first <= allowed };
}
