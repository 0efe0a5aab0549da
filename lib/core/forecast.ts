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

/**
 * The lesser of two slopes, where both have the same sign, else 0. One is the median of the slopes between all pairs
 * of the last five points (Theil 1950, Sen 1968), which one spike cannot move: of 100, 110, 500, 130, 140 at a minute's
 * distance it is 10 a minute. The other is that of the last minute alone, so that a step that is over is not taken for
 * a climb that goes on: of 100, 100, 550, 1000, 1000 the trend is 0.
 */
export function trendOf(points: readonly Point[]): number {
  const recent = points.slice(-trendPoints);
  const slopes: number[] = [];
  let newest = 0;
  for (let later = 1; later < recent.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      const a = recent[earlier];
      const b = recent[later];
      if (a === undefined || b === undefined || b.atSeconds <= a.atSeconds) continue;
      newest = (b.value - a.value) / (b.atSeconds - a.atSeconds);
      slopes.push(newest);
    }
  }
  const typical = median(slopes) ?? 0;
  if (typical * newest <= 0) return 0;
  return Math.abs(typical) < Math.abs(newest) ? typical : newest;
}

/** Errors of which quantile the bound covers: lag is a buffer, and the next tick corrects. */
const boundQuantile = 0.8;
/** Fewer past errors than this say nothing of the spread; then a tenth is assumed. */
const leastErrors = 5;
const assumedSpread = 0.1;

/**
 * A forecast from arrivals (oldest first); `undefined` without any. Level: the newest minute's, for a flash crowd cannot
 * be told from a spike at its first minute. Spread: the 0.8 quantile of how far the last hour's actual rates lay above
 * what the same method had forecast `aheadSeconds` before.
 */
export function forecastArrivals(arrivals: readonly Point[], aheadSeconds: number): Forecast | undefined {
  const newest = arrivals.at(-1);
  if (newest === undefined) return undefined;
  const ahead = Math.max(1, Math.round(aheadSeconds / periodSeconds));
  const errors: number[] = [];
  for (let index = trendPoints - 1; index + ahead < arrivals.length; index++) {
    const past = arrivals[index];
    const actual = arrivals[index + ahead];
    if (past === undefined || actual === undefined) continue;
    const trend = trendOf(arrivals.slice(index - trendPoints + 1, index + 1));
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
 * middle, 1,000 + 120·(1 − e⁻¹) = 1,075.9.
 */
export function expectedArrivals(forecast: Forecast, atSeconds: number): number {
  const middle = forecast.atSeconds - periodSeconds / 2;
  return extrapolate(forecast.levelPerSecond, forecast.trendPerSecondSquared, atSeconds - middle);
}

/** A slope is worth less the further it is drawn out: as much as if it went on for this long at most. */
const trendReachSeconds = 120;

/**
 * level + trend · τ(1 − e^(−t/τ)), a damped trend (Gardner and McKenzie 1985). A falling trend is not followed: a
 * forecast never alone justifies fewer tasks against what is measured.
 */
function extrapolate(level: number, trend: number, aheadSeconds: number): number {
  const reach = trendReachSeconds * (1 - Math.exp(-Math.max(0, aheadSeconds) / trendReachSeconds));
  return level + Math.max(0, trend) * reach;
}
