import type { Point } from '../contract/measurement.ts';
import { clamp, median, quantile } from './statistics.ts';

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
/** The trend looks at five minutes: shorter sees noise, longer sees the past. */
const trendPoints = 5;
/** A slope is trusted to go on for this long. */
const trendReachSeconds = 300;

/**
 * Level: the newest point, unless it stands out from the ones before and after a lone spike. Trend: the median of
 * the slopes between all pairs of the last five points (Theil 1950, Sen 1968), which one spike cannot move: e.g. of
 * 100, 110, 500, 130, 140 at a minute's distance the slope is 10 a minute.
 */
export function trendOf(points: readonly Point[]): number {
  const recent = points.slice(-trendPoints);
  const slopes: number[] = [];
  for (let later = 1; later < recent.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      const a = recent[earlier];
      const b = recent[later];
      if (a !== undefined && b !== undefined && b.atSeconds > a.atSeconds) {
        slopes.push((b.value - a.value) / (b.atSeconds - a.atSeconds));
      }
    }
  }
  return median(slopes) ?? 0;
}

/** Errors of which quantile the bound covers: lag is a buffer, and the next tick corrects. */
const boundQuantile = 0.8;
/** Fewer past errors than this say nothing of the spread; then a tenth is assumed. */
const leastErrors = 5;
const assumedSpread = 0.1;

/**
 * A forecast from arrivals (oldest first); `undefined` without any. Its spread is the 0.8 quantile of how far the
 * last hour's actual rates lay above what the same method had forecast `aheadSeconds` before.
 */
export function forecastArrivals(arrivals: readonly Point[], aheadSeconds: number): Forecast | undefined {
  const newest = arrivals.at(-1);
  if (newest === undefined) return undefined;
  const ahead = Math.max(1, Math.round(aheadSeconds / periodSeconds));
  const errors: number[] = [];
  for (let index = trendPoints; index + ahead < arrivals.length; index++) {
    const past = arrivals[index];
    const actual = arrivals[index + ahead];
    if (past === undefined || actual === undefined) continue;
    const forecast = extrapolate(
      past.value,
      trendOf(arrivals.slice(index - trendPoints + 1, index + 1)),
      actual.atSeconds - past.atSeconds,
    );
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
 * λ̂ = level + trend · ahead, the trend for at most five minutes. A falling trend is not followed: a forecast never
 * alone justifies fewer tasks against what is measured. E.g. 1,000 records/s growing by 1 each second: 1,120 in two
 * minutes, and 1,300 in ten.
 */
export function expectedArrivals(forecast: Forecast, aheadSeconds: number): number {
  return extrapolate(forecast.levelPerSecond, forecast.trendPerSecondSquared, aheadSeconds);
}

function extrapolate(level: number, trend: number, aheadSeconds: number): number {
  return level + Math.max(0, trend) * clamp(aheadSeconds, 0, trendReachSeconds);
}
