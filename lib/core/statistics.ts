/**
 * Robust statistics of short series. Empty input gives `undefined`: an unknown is never 0 or NaN.
 */

export function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

export function maximum(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}

/**
 * Quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996).
 * E.g. the 0.75 quantile of 1, 2, 3, 4 lies at rank 0.75·3 = 2.25, so it is 3.25.
 */
export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (rank - below);
}

export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
