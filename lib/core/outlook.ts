import type { Point } from '../contract/measurement.ts';
import type { Analysis } from './analyze.ts';
import { type KnownBacklog, knownBacklog } from './backlog.ts';
import { utilizationFor } from './count.ts';
import { expectedArrivals, type Forecast, forecastArrivals } from './forecast.ts';
import { preferenceOf } from './objective.ts';
import { upstreamLoad } from './pipeline.ts';
import type { ServiceContext } from './plan.ts';
import { seasonalLoad } from './season.ts';
import { freshPoint, type Window, windowSeconds } from './window.ts';

/** What is to come of a stream, as far as it does not depend on what a task can do. */
export type Outlook = {
  readonly forecast: Forecast;
  /** h: until a change that is decided now takes effect. */
  readonly horizonSeconds: number;
  /** λ̂(h) */
  readonly loadPerSecond: number;
  /** u */
  readonly utilization: number;
  readonly backlog: KnownBacklog;
  readonly lagSeconds: number;
};

/** `undefined` while neither the load nor what waits is known. */
export function outlookOf(
  window: Window,
  { flow }: NonNullable<Analysis['stream']>,
  context: ServiceContext,
): Outlook | undefined {
  const { policy, model } = context;
  const horizonSeconds = policy.startupSeconds + policy.evaluationSeconds;
  const newest = flow.arrivals.at(-1);
  const backlog = knownBacklog(window, flow);
  if (newest === undefined || backlog === undefined) return undefined;
  // What is seen late is answered late: the newest minute lies as far back as it takes CloudWatch to show it.
  const reactionSeconds = window.nowSeconds - newest.atSeconds + horizonSeconds;
  const preference = preferenceOf(policy);
  const forecast = forecastArrivals(flow.arrivals, reactionSeconds, preference.forecastQuantile);
  if (forecast === undefined) return undefined;
  const effectiveSeconds = window.nowSeconds + horizonSeconds;
  // What has just been seen, the season and what others plan are no reason for less than what the trend says.
  const loadPerSecond = Math.max(
    expectedArrivals(forecast, effectiveSeconds),
    flow.newest?.arrivalsPerSecond ?? 0,
    seasonalLoad(model, flow.arrivals, effectiveSeconds)?.expectedPerSecond ?? 0,
    upstreamLoad(context, flow, window.nowSeconds, effectiveSeconds) ?? 0,
  );
  return {
    forecast,
    horizonSeconds,
    loadPerSecond,
    utilization: utilizationFor(
      preference.highestUtilization,
      forecast.spread,
      loadPerSecond,
      policy.lagObjectiveSeconds,
      reactionSeconds,
    ),
    backlog,
    lagSeconds: flow.newest?.lagSeconds ?? lagNow(window, flow.lag.at(-1), backlog, forecast),
  };
}

/**
 * The lag that goes with the backlog: a queue's depth is newer than the age that CloudWatch has of it. Where that is not
 * known, the lag as measured; where nobody reads, and nothing measures it, as old as what waits.
 */
function lagNow(
  window: Window,
  newestLag: Point | undefined,
  backlog: KnownBacklog,
  { levelPerSecond }: Forecast,
): number {
  const current = newestLag !== undefined && newestLag.atSeconds >= backlog.atSeconds ? newestLag : undefined;
  const measured = (current ?? freshPoint(window, 'lagSeconds'))?.value;
  if (measured !== undefined && window.observation.runningTasks > 0) return measured;
  // A backlog that nobody has seen arrive is at least as old as the window.
  return backlog.records > 0 ? Math.min(windowSeconds, backlog.records / levelPerSecond) : 0;
}
