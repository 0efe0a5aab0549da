/** How far beyond the alarm's threshold a step reaches, and how many percent it adds or, below 0, takes. */
export type StepAdjustment = {
  readonly lowerBound?: number;
  readonly upperBound?: number;
  readonly changePercent: number;
};

/**
 * The step that a metric calls for. Above the threshold the lower bound belongs to a step, below it the upper one.
 * E.g. a threshold of 50, and steps from 0 to 10, 10 to 20 and 20 upward: 60 is the second's, 70 the third's.
 */
export function stepFor(
  metric: number,
  threshold: number,
  steps: readonly StepAdjustment[],
): StepAdjustment | undefined {
  const beyond = metric - threshold;
  return steps.find(({ lowerBound = Number.NEGATIVE_INFINITY, upperBound = Number.POSITIVE_INFINITY }) =>
    beyond >= 0 && lowerBound >= 0
      ? beyond >= lowerBound && beyond < upperBound
      : beyond > lowerBound && beyond <= upperBound,
  );
}

/**
 * The tasks that a percentage of a capacity is: cut off towards 0, and at least one.
 * E.g. 10 % of 10: 1. 30 % of 11: 3. −10 % of 14: −1. −30 % of 13: −3. 10 % of 4: 1.
 */
export function percentOf(capacity: number, percent: number): number {
  if (percent === 0) return 0;
  const change = Math.trunc((capacity * percent) / 100 + Math.sign(percent) * 1e-9);
  return change === 0 ? Math.sign(percent) : change;
}
