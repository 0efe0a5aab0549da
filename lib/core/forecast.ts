import type { Point } from '../contract/measurement.ts';
import { clamp, quantile } from './statistics.ts';

/** The arrivals of the next minutes, from the last hour's. */
export type Forecast = {
  /** End of the newest period. */
  readonly atSeconds: number;
  readonly levelPerSecond: number;
  /** Records/s each second; positive when the load grows. */
  readonly trendPerSecondSquared: number;
  /** Share by which the forecast's upper bound lies above it, from its own errors of the last hour. */
  readonly spread: number;
};

const periodSeconds = 60;
/** A source is a little less regular than Poisson's law; measured on real ones per second. */
const varianceToMean = 1.2;
/** A hole longer than this says nothing of a slope. */
const longestStepSeconds = 300;

/**
 * How fast the load climbs. The slope between the newest two minutes, less what chance makes of two minutes' means,
 * √(2 · 1.2 · λ / 60); and half of what it has gained on the slope before: a climb that has just begun fills only part of
 * its first minute, so that it shows as half of what it is. Never below 0: a fall is not followed.
 * E.g. 100, 100, 220 at a minute's distance: (120 − √(2·1.2·220/60)) = 117 a minute, and half of the 120 that it has
 * gained: 177 a minute, 2.95 each second.
 */
export function trendOf(points: readonly Point[], end = points.length): number {
  const [before, last, newest] = [points[end - 3], points[end - 2], points[end - 1]];
  if (last === undefined || newest === undefined) return 0;
  const slope = slopeBetween(last, newest);
  if (slope === undefined || slope <= 0) return 0;
  const chance = Math.sqrt((2 * varianceToMean * newest.value) / periodSeconds);
  const earlier = before && slopeBetween(before, last);
  const gained = earlier === undefined ? 0 : slope - Math.max(0, earlier);
  return Math.max(0, slope - chance / (newest.atSeconds - last.atSeconds) + Math.max(0, gained) / 2);
}

function slopeBetween(from: Point, to: Point): number | undefined {
  const seconds = to.atSeconds - from.atSeconds;
  return seconds > 0 && seconds <= longestStepSeconds ? (to.value - from.value) / seconds : undefined;
}

/** Fewer past errors than this say nothing of the spread; then a tenth is assumed. */
const leastErrors = 5;
const assumedSpread = 0.1;

/**
 * A forecast from arrivals (oldest first); `undefined` without any. Level: the newest minute's, for a flash crowd cannot
 * be told from a spike at its first minute. Spread: the quantile of how far the last hour's actual rates lay above what
 * the same method had forecast `aheadSeconds` before, 0 to 1.
 */
export function forecastArrivals(
  arrivals: readonly Point[],
  aheadSeconds: number,
  boundQuantile: number,
): Forecast | undefined {
  const newest = arrivals.at(-1);
  if (newest === undefined) return undefined;
  const ahead = Math.max(1, Math.round(aheadSeconds / periodSeconds));
  const errors: number[] = [];
  for (let index = 2; index + ahead < arrivals.length; index++) {
    const past = arrivals[index];
    const actual = arrivals[index + ahead];
    if (past === undefined || actual === undefined) continue;
    const trend = trendOf(arrivals, index + 1);
    const forecast = extrapolate(past.value, trend, actual.atSeconds - past.atSeconds);
    if (forecast > 0) errors.push(actual.value / forecast - 1);
  }
  const spread =
    errors.length < leastErrors ? assumedSpread : (quantile(errors, boundQuantile) ?? assumedSpread);
  return {
    atSeconds: newest.atSeconds,
    levelPerSecond: newest.value,
    trendPerSecondSquared: trendOf(arrivals),
    spread: clamp(spread, 0, 1),
  };
}

/**
 * λ̂ at a moment. The newest minute's mean is what arrived at its middle, so the trend runs from there.
 * E.g. 1,000 records/s in the minute that ended at 12:01:00, growing by 1 each second: at 12:02:30, 120 s after the
 * middle, 1,120.
 */
export function expectedArrivals(forecast: Forecast, atSeconds: number): number {
  const middle = forecast.atSeconds - periodSeconds / 2;
  return extrapolate(forecast.levelPerSecond, forecast.trendPerSecondSquared, atSeconds - middle);
}

/** A slope is drawn out this far at most: two starts of four minutes. What lies beyond is another load. */
const longestReachSeconds = 480;

/** A load that has just been seen is not foreseen to be more than this many times as high: a step looks like a climb. */
const highestGrowth = 3;

/**
 * level + trend · τ, at most three times the level. A forecast never alone justifies fewer tasks against what is measured.
 */
function extrapolate(level: number, trend: number, aheadSeconds: number): number {
  const climbed = level + Math.max(0, trend) * Math.min(longestReachSeconds, Math.max(0, aheadSeconds));
  return Math.min(climbed, highestGrowth * level);
}
