import type { Policy } from '../config/policy.ts';

/** What an objective prefers: how sure to be of the forecast, how full the tasks, how long to wait. Nothing else. */
export type Preference = {
  /** Of the forecast's errors, which quantile the tasks carry. */
  readonly forecastQuantile: number;
  /** How full the tasks may be, before chance is allowed for. Above 1 the lag objective pays for it. */
  readonly highestUtilization: number;
  /** How long fewer tasks must have been enough before they are, beside what is usual. */
  readonly patience: number;
  /** Below this share of the lag objective lag is a buffer that is used, and no reason for more tasks. */
  readonly calmShare: number;
};

/**
 * `balanced` is what costs least where a late record costs as much as processing ten does (`npm run bench:decisions`
 * has such prices). The others go from there: latency and throughput buy idle tasks, of which throughput keeps what it
 * has for longest; resource_efficiency and cost use more of the lag objective.
 */
const preferences: Readonly<Record<Policy['objective'], Preference>> = {
  balanced: { forecastQuantile: 0.5, highestUtilization: 1, patience: 1, calmShare: 0.5 },
  latency: { forecastQuantile: 0.9, highestUtilization: 0.9, patience: 2, calmShare: 0.2 },
  throughput: { forecastQuantile: 0.75, highestUtilization: 0.95, patience: 3, calmShare: 0.35 },
  resource_efficiency: { forecastQuantile: 0.5, highestUtilization: 1.02, patience: 0.8, calmShare: 0.6 },
  cost: { forecastQuantile: 0.5, highestUtilization: 1.04, patience: 0.6, calmShare: 0.7 },
};

export function preferenceOf({ objective }: Pick<Policy, 'objective'>): Preference {
  return preferences[objective];
}

/** So many stops are saved by a change less, when the load comes and goes. */
const pausesKept = 10;

/**
 * How long fewer tasks must have been enough: what is given up now has to be started again when the load returns, which
 * takes a start and a look, so that it is kept for two starts and a minute; and for ten of the stops that a change costs.
 * E.g. starts of 60 s: 180 s; of 240 s: 540 s; of 60 s, with stops of 20 s: 380 s. Where the policy says how long, that long.
 */
export function stabilizationOf(policy: Policy): number {
  const { stabilizationSeconds, startupSeconds, rebalanceSeconds } = policy;
  return (
    stabilizationSeconds ??
    preferenceOf(policy).patience * (2 * startupSeconds + pausesKept * rebalanceSeconds + 60)
  );
}
