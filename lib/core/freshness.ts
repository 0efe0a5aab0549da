import type { Field, Point } from '../contract/measurement.ts';
import type { FieldPlan } from './measure.ts';
import type { Sample } from './sample.ts';

export type Freshness = {
  readonly state: 'fresh' | 'stale' | 'missing';
  /** Age of the newest point, from the end of its period; absent when missing. */
  readonly ageSeconds?: number;
  /** Share of the points that were due in the last ten periods and are there, 0 to 1. */
  readonly completeness: number;
};

/** How fresh each field is that was planned, or is there all the same. */
export function freshnessesOf(
  series: Sample['series'],
  plan: readonly FieldPlan[],
  nowSeconds: number,
): Partial<Record<Field, Freshness>> {
  const freshness: Partial<Record<Field, Freshness>> = {};
  for (const field in series) {
    freshness[field as Field] = freshnessOf(pushed, series[field as Field] ?? [], nowSeconds);
  }
  for (const it of plan) freshness[it.field] = freshnessOf(it, series[it.field] ?? [], nowSeconds);
  return freshness;
}

/** A field that nobody plans to ask for: a service pushed it. */
const pushed = { periodSeconds: 60, freshSeconds: 180 };

/** How many periods completeness looks back over. */
const completenessPeriods = 10;

/**
 * A field is fresh while its newest point is younger than its plan allows. Completeness counts the points of the
 * ten periods before the newest one, or of as many as there can be since the first: e.g. 8 points in ten minutes
 * of minutely points are 0.8.
 */
function freshnessOf(
  plan: Pick<FieldPlan, 'periodSeconds' | 'freshSeconds'>,
  points: readonly Point[],
  nowSeconds: number,
): Freshness {
  const newest = points.at(-1);
  const oldest = points[0];
  if (newest === undefined || oldest === undefined) return { state: 'missing', completeness: 0 };
  const { periodSeconds } = plan;
  const spanSeconds = Math.min(
    completenessPeriods * periodSeconds,
    newest.atSeconds - oldest.atSeconds + periodSeconds,
  );
  const due = Math.max(1, Math.round(spanSeconds / periodSeconds));
  let present = 0;
  for (let index = points.length - 1; index >= 0; index--) {
    if ((points[index]?.atSeconds ?? 0) <= newest.atSeconds - spanSeconds) break;
    present++;
  }
  const ageSeconds = nowSeconds - newest.atSeconds;
  return {
    state: ageSeconds <= plan.freshSeconds ? 'fresh' : 'stale',
    ageSeconds,
    completeness: Math.min(1, present / due),
  };
}
