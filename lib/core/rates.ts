import type { Point } from '../contract/measurement.ts';
import { accumulate, arrived, type Cumulative, type Levels, levelsOf } from './levels.ts';
import { strategyOf } from './measure.ts';
import type { ServiceContext } from './plan.ts';
import type { Window } from './window.ts';

/**
 * Rates: what a window says of the stream. λ arrivals, X processed (records/s), L backlog (records), lag (s). They
 * are bound by L = ∫ of the arrivals of the last `lag` seconds and dL/dt = λ − X, so that what a source does not
 * measure follows from what it does.
 */
export type Flow = Levels & {
  /** X between consecutive moments. */
  readonly intervals: readonly FlowInterval[];
  /** What agents have said last. */
  readonly newest?: Newest;
};

/** The end of the newest report, and what was so at that moment. */
export type Newest = {
  readonly atSeconds: number;
  /** λ of the last 20 s: a burst that the mean of a minute hides. */
  readonly arrivalsPerSecond: number;
  readonly backlogRecords: number;
  readonly lagSeconds: number;
};

export type FlowInterval = {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly arrivalsPerSecond: number;
  readonly processedPerSecond: number;
  readonly backlogBefore: number;
  readonly backlogAfter: number;
};

/** Periods of CloudWatch. */
const periodSeconds = 60;

/** What CloudWatch and the queue say of the streams; `undefined` for a service without a source. */
export function flowOf(window: Window, { sources }: ServiceContext): Flow | undefined {
  if (strategyOf(sources) === 'threshold') return undefined;
  const { arrivalsPerSecond: arrivals = [], backlogRecords = [], lagSeconds = [] } = window.series;
  const cumulative = accumulate(arrivals);
  const [only, ...more] = window.streams;
  const levels =
    only === undefined || more.length > 0
      ? { arrivals, backlog: backlogRecords, lag: lagSeconds }
      : levelsOf(window.series, only.stream, cumulative);
  return { ...levels, intervals: intervalsOf(levels.backlog, cumulative) };
}

/** Ticks jitter; much less than a minute says nothing against a minute's mean of λ. */
const leastIntervalSeconds = 50;

/**
 * X = λ − dL/dt between two moments at which L is known, about a minute apart or more. E.g. 200 records/s arrive and the
 * backlog falls from 6,000 to 3,000 in 60 s: X = 200 + 50 = 250 records/s.
 */
function intervalsOf(backlog: readonly Point[], cumulative: Cumulative): FlowInterval[] {
  const intervals: FlowInterval[] = [];
  let before: Point | undefined;
  for (const after of backlog) {
    if (before === undefined) {
      before = after;
      continue;
    }
    const seconds = after.atSeconds - before.atSeconds;
    if (seconds < leastIntervalSeconds) continue;
    const interval = seconds > 3 * periodSeconds ? undefined : intervalBetween(before, after, cumulative);
    if (interval !== undefined) intervals.push(interval);
    before = after;
  }
  return intervals;
}

function intervalBetween(before: Point, after: Point, cumulative: Cumulative): FlowInterval | undefined {
  // Beyond the last period λ is a guess, and X would be one too.
  if (after.atSeconds > (cumulative.atSeconds.at(-1) ?? 0)) return undefined;
  const records = arrived(cumulative, before.atSeconds, after.atSeconds);
  if (records === undefined) return undefined;
  const seconds = after.atSeconds - before.atSeconds;
  return {
    fromSeconds: before.atSeconds,
    toSeconds: after.atSeconds,
    arrivalsPerSecond: records / seconds,
    processedPerSecond: Math.max(0, (records - (after.value - before.value)) / seconds),
    backlogBefore: before.value,
    backlogAfter: after.value,
  };
}
