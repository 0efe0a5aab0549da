import { clamp, mean } from './statistics.ts';
import { neededPlans, type Window } from './window.ts';

/** What a move rests on, each 0 to 1. */
export type Grounds = {
  /** How much of what was due has been measured. */
  readonly completeness: number;
  readonly freshness: number;
  /** Share of the signals that point the same way as the move. */
  readonly agreement: number;
  /** How certain the model is. */
  readonly certainty: number;
};

/**
 * Confidence: the share of the evidence that is there, the mean of the four.
 * E.g. measured whole (1), 0.85 fresh, all signals agree (1), and μ guessed from CPU alone (0.3): 0.79, and a scale-in,
 * which needs 0.7, may be. With a quarter of the points lost (0.75) and one signal of three against it (0.67): 0.64,
 * and it may not. A scale-out never needs it.
 */
export function confidenceOf({ completeness, freshness, agreement, certainty }: Grounds): number {
  return clamp((completeness + freshness + agreement + certainty) / 4, 0, 1);
}

/** How whole and how fresh the needed fields are; a field that is not there counts as nothing. */
export function measuredHow(window: Window): Pick<Grounds, 'completeness' | 'freshness'> {
  const plans = neededPlans(window);
  const ages = plans.map((it) => {
    const age = window.freshness[it.field]?.ageSeconds;
    // A point can be no younger than its own period and its publication: that much age is none.
    return age === undefined ? 0 : clamp(1 - (age - it.periodSeconds) / it.freshSeconds, 0, 1);
  });
  return {
    completeness: mean(plans.map((it) => window.freshness[it.field]?.completeness ?? 0)) ?? 0,
    freshness: mean(ages) ?? 0,
  };
}

/** Share of the votes that are for it; those who know nothing do not vote. No votes at all are no agreement. */
export function agreementOf(votes: readonly (boolean | undefined)[]): number {
  const cast = votes.filter((it) => it !== undefined);
  return cast.length === 0 ? 0 : cast.filter(Boolean).length / cast.length;
}
