import type { Point } from '../contract/measurement.ts';
import { expectedArrivals, forecastArrivals } from './forecast.ts';
import type { Cycle, Season, Shape } from './learned-model.ts';
import { fitShape, hourOf, seasonalExpectation } from './season.ts';
import { mean } from './statistics.ts';

/**
 * Whether a season is worth having, found by walking forward through the history: each day is forecast from the days
 * before it alone, and every bound is calibrated on the days before it alone.
 */

/** Points of the history are so far apart. */
export const historyPeriodSeconds = 300;
/** What the bound is to cover. */
export const boundQuantile = 0.9;

const daySeconds = 86_400;
/** Days that are walked, the newest ones. */
const walkedDays = 8;
/** The first of them gives errors, the second how far the bounds of those errors reach; the others count. */
const warmDays = 2;
const leastCountedDays = 3;
/** Fewer than this before the days that are walked show no season. */
const fittedDays = 2;

/** A season has to beat the others by this share of their loss. */
const leastGain = 0.05;
/** Its bound may cover so much less than its quantile. */
const coverageTolerance = 0.05;

const levels: readonly number[] = [300, 900, 3600];
const cycles: readonly Cycle[] = ['day', 'week'];

/** How one way to forecast has done, over the days that count. */
export type Trial = {
  readonly name: string;
  /** Mean pinball loss, records/s. */
  readonly loss: number;
  /** Share of the actual loads at or below the bound. */
  readonly coverage: number;
  readonly points: number;
};

export type Backtest = {
  /** The short horizon of forecast.ts, and flat levels: what a season has to beat. */
  readonly others: readonly Trial[];
  /** The season that did best, whether it passes or not. */
  readonly best?: Trial & { readonly gain: number };
  /** Only where it passes. */
  readonly season?: Season;
};

/**
 * Pinball loss of a bound at a quantile q: q·(actual − bound) above it, (1 − q)·(bound − actual) below; least in the mean
 * for the q quantile itself (Koenker and Bassett 1978).
 * E.g. at 0.9, a bound of 100: 110 cost 9, 90 cost 1.
 */
export function pinballLoss(actual: number, bound: number, share: number): number {
  return actual > bound ? share * (actual - bound) : (1 - share) * (bound - actual);
}

/**
 * Tests seasons against the short horizon. `history`: arrivals in records/s, oldest first, five minutes apart; a hole is
 * borne. A moment `horizonSeconds` after the newest known period lies in one period, and that one's mean is what was to
 * be forecast: 180 s ahead lie in the next period, 360 s in the one after it.
 */
export function backtest(history: readonly Point[], horizonSeconds: number): Backtest {
  const days = walkThrough(history, horizonSeconds);
  if (days.length < warmDays + leastCountedDays) return { others: [] };
  const others = [
    tryOut('short horizon', days, shortHorizon, 'one'),
    ...levels.map((it) => tryOut(`level of ${it} s`, days, flatLevel(it), 'one')),
  ].map(({ trial }) => trial);
  const bar = Math.min(...others.map((it) => it.loss));
  const seasons = cycles.flatMap((cycle) => trySeasons(history, days, cycle));
  const [best] = seasons.toSorted((a, b) => a.trial.loss - b.trial.loss);
  if (best === undefined) return { others };
  const gain = bar > 0 ? 1 - best.trial.loss / bar : 0;
  const { coverage } = best.trial;
  const shape = fitShape(history, best.cycle, historyPeriodSeconds);
  const passes = gain >= leastGain && coverage >= boundQuantile - coverageTolerance;
  if (!passes || shape === undefined) return { others, best: { ...best.trial, gain } };
  const { levelSeconds, boundRatios } = best;
  return {
    others,
    best: { ...best.trial, gain },
    season: { ...shape, levelSeconds, boundRatios, horizonSeconds, coverage, gain },
  };
}

/** One forecast: what was known, and what came. */
type Step = {
  /** The last hour's arrivals, at that time. */
  readonly recent: readonly Point[];
  /** Middle and end of the period that was to be forecast. */
  readonly middleSeconds: number;
  readonly endSeconds: number;
  readonly actual: number;
};

const recentPoints = 3600 / historyPeriodSeconds;

/** The steps of the newest days, a list for each day, oldest first. */
function walkThrough(history: readonly Point[], horizonSeconds: number): (readonly Step[])[] {
  const [oldest, newest] = [history[0], history.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  const knownDays = Math.floor((newest.atSeconds - oldest.atSeconds) / daySeconds);
  const walked = Math.max(0, Math.min(walkedDays, knownDays - fittedDays));
  const fromSeconds = newest.atSeconds - walked * daySeconds;
  const aheadSeconds = Math.max(1, Math.ceil(horizonSeconds / historyPeriodSeconds)) * historyPeriodSeconds;
  const actuals = new Map(history.map((it) => [it.atSeconds, it.value]));
  const days: Step[][] = Array.from({ length: walked }, () => []);
  for (const [index, { atSeconds }] of history.entries()) {
    const endSeconds = atSeconds + aheadSeconds;
    const actual = actuals.get(endSeconds);
    if (atSeconds < fromSeconds || actual === undefined) continue;
    const day = days[Math.floor((atSeconds - fromSeconds) / daySeconds)];
    const recent = history.slice(Math.max(0, index - recentPoints), index + 1);
    const middleSeconds = endSeconds - historyPeriodSeconds / 2;
    day?.push({ recent, middleSeconds, endSeconds, actual });
  }
  return days.filter((steps) => steps.length > 0);
}

/** What a way to forecast says at a step, before its bound is calibrated. */
type Forecaster = (step: Step, day: number) => number;

/** Its own errors' quantile; the bound is calibrated afterwards, as the others' are. */
const shortBoundQuantile = 0.8;

/** forecast.ts counts in minutes: five of the history's are handed to it as one. */
const minutesPerPeriod = historyPeriodSeconds / 60;

/** As forecast.ts gives it, bound included: its spread is that of the last hour. */
const shortHorizon: Forecaster = ({ recent, middleSeconds, endSeconds }) => {
  const points = recent.map((it) => ({ atSeconds: it.atSeconds / minutesPerPeriod, value: it.value }));
  const newestSeconds = recent.at(-1)?.atSeconds ?? endSeconds;
  const aheadSeconds = (endSeconds - newestSeconds) / minutesPerPeriod;
  const forecast = forecastArrivals(points, aheadSeconds, shortBoundQuantile);
  if (forecast === undefined) return 0;
  return expectedArrivals(forecast, middleSeconds / minutesPerPeriod) * (1 + forecast.spread);
};

/** A mean of the newest past: where that does as well as a season, it is the calm and not the season that helps. */
function flatLevel(levelSeconds: number): Forecaster {
  return ({ recent }) => {
    const from = (recent.at(-1)?.atSeconds ?? 0) - levelSeconds;
    return mean(recent.flatMap((it) => (it.atSeconds > from ? it.value : []))) ?? 0;
  };
}

type Tried = { readonly trial: Trial; readonly boundRatios: readonly number[] };

function trySeasons(history: readonly Point[], days: readonly (readonly Step[])[], cycle: Cycle) {
  const shapes = days.flatMap((steps) => {
    const known = steps[0]?.recent.at(-1)?.atSeconds ?? 0;
    const before = history.slice(0, history.findLastIndex((it) => it.atSeconds <= known) + 1);
    return fitShape(before, cycle, historyPeriodSeconds) ?? [];
  });
  // A season that was not to be seen on one of the days has not been tested on all of them.
  if (shapes.length < days.length) return [];
  return levels.map((levelSeconds) => {
    const forecast: Forecaster = ({ recent, middleSeconds }, day) =>
      seasonalExpectation(shapes[day] as Shape, levelSeconds, recent, middleSeconds, historyPeriodSeconds) ??
      0;
    return { cycle, levelSeconds, ...tryOut(`${cycle}, ${levelSeconds} s`, days, forecast, 'by hour') };
  });
}

/** Scores by the hour of the day: how many times the forecast the actual load was. */
type Scores = number[][];

/**
 * Walks forward. A bound is the forecast times the 0.9 quantile of the scores of earlier days, for all hours or each with
 * its neighbours, times what that bound itself would have needed to cover nine tenths of the earlier days on which it was
 * known (split conformal prediction: Vovk and others 2005; of quantiles: Romano and others 2019).
 */
function tryOut(
  name: string,
  days: readonly (readonly Step[])[],
  forecast: Forecaster,
  bounds: 'one' | 'by hour',
): Tried {
  const scores: Scores = Array.from({ length: 24 }, () => []);
  const needed: number[] = [];
  let [loss, covered, points] = [0, 0, 0];
  for (const [day, steps] of days.entries()) {
    const ratios = day > 0 ? ratiosOf(scores, bounds) : [];
    const inflation = day >= warmDays ? conformalQuantile(needed) : undefined;
    for (const step of steps) {
      const expected = forecast(step, day);
      const hour = hourOf(step.middleSeconds);
      const ratio = ratios[hour];
      if (inflation !== undefined && ratio !== undefined) {
        const bound = expected * ratio * inflation;
        loss += pinballLoss(step.actual, bound, boundQuantile);
        covered += step.actual <= bound ? 1 : 0;
        points++;
      }
      if (expected <= 0) continue;
      scores[hour]?.push(step.actual / expected);
      if (ratio !== undefined && ratio > 0) needed.push(step.actual / (expected * ratio));
    }
  }
  const inflation = conformalQuantile(needed);
  return {
    trial: { name, loss: loss / Math.max(1, points), coverage: covered / Math.max(1, points), points },
    boundRatios: ratiosOf(scores, bounds).map((it) => it * inflation),
  };
}

/** Fewer scores than this say nothing of their hour. */
const leastScores = 20;

/** The 0.9 quantile of the scores of each hour and the two beside it, or of all scores. */
function ratiosOf(scores: Scores, bounds: 'one' | 'by hour'): number[] {
  let known: number | undefined;
  const overall = () => {
    known ??= conformalQuantile(scores.flat());
    return known;
  };
  return scores.map((own, hour) => {
    if (bounds === 'one') return overall();
    const near = [...(scores[(hour + 23) % 24] ?? []), ...own, ...(scores[(hour + 1) % 24] ?? [])];
    return near.length < leastScores ? overall() : conformalQuantile(near);
  });
}

/**
 * The ⌈0.9·(n + 1)⌉-th smallest score, so that one more, drawn like them, lies at or below it nine times in ten or more
 * often. E.g. of 19 scores the 18th. 1 without any; the largest where there are too few.
 */
export function conformalQuantile(scores: readonly number[]): number {
  if (scores.length === 0) return 1;
  const rank = Math.ceil(boundQuantile * (scores.length + 1));
  const sorted = Float64Array.from(scores).sort();
  return sorted[Math.min(rank, sorted.length) - 1] ?? 1;
}
