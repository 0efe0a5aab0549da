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
  balanced: { forecastQuantile: 0.5, highestUtilization: 1.03, patience: 1, calmShare: 0.65 },
  latency: { forecastQuantile: 0.9, highestUtilization: 0.9, patience: 2, calmShare: 0.2 },
  throughput: { forecastQuantile: 0.75, highestUtilization: 0.97, patience: 3, calmShare: 0.4 },
  resource_efficiency: { forecastQuantile: 0.5, highestUtilization: 1.05, patience: 0.8, calmShare: 0.7 },
  cost: { forecastQuantile: 0.5, highestUtilization: 1.07, patience: 0.6, calmShare: 0.75 },
};

export function preferenceOf({ objective }: Pick<Policy, 'objective'>): Preference {
  return preferences[objective];
}
