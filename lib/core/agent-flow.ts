import type { Point } from '../contract/measurement.ts';
import type { Flow, FlowInterval, Newest } from './rates.ts';
import { maximum, mean } from './statistics.ts';
import { thinnedUntil } from './thin.ts';
import { agentsReport, type Window } from './window.ts';

/**
 * What agents say of the stream. λ, X, L and lag are all measured, ten seconds apart, so that nothing is derived but what
 * waits while partitions change hands. Where agents have not reported, CloudWatch's minutes are what is known.
 */

/** What the rest of the core takes a period to be. */
const minuteSeconds = 60;
/** Fewer of a minute's six reports say nothing of it. */
const leastReports = 4;

/** `undefined` while agents are silent, or leave out what a decision needs. */
export function agentFlowOf(window: Window): Flow | undefined {
  if (!agentsReport(window)) return undefined;
  const { series, nowSeconds } = window;
  const { agentArrivalsPerSecond: arrivals = [], agentProcessedPerSecond: processed = [] } = series;
  const backlog = followBacklog(series.agentBacklogRecords ?? [], arrivals, processed);
  const lag = followLag(series.agentLagSeconds ?? [], arrivals);
  const newest = newestOf(arrivals, backlog, lag);
  if (newest === undefined) return undefined;
  const minutesOf = (points: readonly Point[], untilSeconds: number, join: Join) =>
    rollingMinutes(points, untilSeconds, thinnedUntil(nowSeconds), join);
  // Whole minutes of the clock: each tick shows the same ones, and none is learned from twice.
  const wholeUntil = Math.floor(newest.atSeconds / minuteSeconds) * minuteSeconds;
  return {
    arrivals: fillIn(minutesOf(arrivals, newest.atSeconds, mean), series.arrivalsPerSecond),
    backlog,
    lag: fillIn(minutesOf(lag, newest.atSeconds, maximum), series.lagSeconds),
    intervals: intervalsOf(
      minutesOf(arrivals, wholeUntil, mean),
      minutesOf(processed, wholeUntil, mean),
      series.agentBacklogRecords ?? [],
    ),
    newest,
  };
}

type Join = (values: readonly number[]) => number | undefined;

/**
 * Minutes that end at `endSeconds`, a minute before, and so on, oldest first: seconds old where CloudWatch's newest is
 * one to three minutes old. What was thinned to minutes, up to `thinnedUntilSeconds`, stays as it is.
 * E.g. reports of 100 until 12:00:20, and then of 700: the minute that ends at 12:00:30 is 200.
 */
export function rollingMinutes(
  points: readonly Point[],
  endSeconds: number,
  thinnedUntilSeconds: number,
  join: Join,
): Point[] {
  const minutes: Point[] = [];
  let untilSeconds = endSeconds;
  let values: number[] = [];
  const close = () => {
    const value = values.length >= leastReports ? join(values) : undefined;
    if (value !== undefined) minutes.push({ atSeconds: untilSeconds, value });
    values = [];
    untilSeconds -= minuteSeconds;
  };
  let index = points.length - 1;
  for (; index >= 0; index--) {
    const point = points[index];
    if (point === undefined || point.atSeconds <= thinnedUntilSeconds) break;
    if (point.atSeconds > endSeconds) continue;
    while (point.atSeconds <= untilSeconds - minuteSeconds) close();
    values.push(point.value);
  }
  close();
  return [...points.slice(0, index + 1), ...minutes.reverse()];
}

/** Agents' minutes, and CloudWatch's where there is none of theirs: before the first, or while no task ran. */
function fillIn(minutes: readonly Point[], vended: readonly Point[] = []): Point[] {
  const filled: Point[] = [];
  let next = 0;
  let knownUntil = Number.NEGATIVE_INFINITY;
  for (const minute of minutes) {
    const beganSeconds = minute.atSeconds - minuteSeconds;
    for (
      let point = vended[next];
      point !== undefined && point.atSeconds <= beganSeconds;
      point = vended[++next]
    ) {
      // Half of it may be known already.
      if (point.atSeconds - minuteSeconds / 2 >= knownUntil) filled.push(point);
    }
    filled.push(minute);
    knownUntil = minute.atSeconds;
  }
  return filled;
}

/**
 * What waits while nobody says: what waited, and what has come since and was not processed.
 * E.g. 6,000 records waited when the partitions began to change hands, and 200 a second arrive: 20 s later it is 10,000.
 */
export function followBacklog(
  backlog: readonly Point[],
  arrivals: readonly Point[],
  processed: readonly Point[],
): readonly Point[] {
  let last = backlog.at(-1);
  if (last === undefined) return backlog;
  const knownUntil = last.atSeconds;
  const followed: Point[] = [];
  for (const { atSeconds, value } of pairs(arrivals, processed, knownUntil)) {
    last = { atSeconds, value: Math.max(0, last.value + value * (atSeconds - last.atSeconds)) };
    followed.push(last);
  }
  return followed.length === 0 ? backlog : [...backlog, ...followed];
}

/** λ − X of each report after a moment of which both are there. */
function pairs(arrivals: readonly Point[], processed: readonly Point[], afterSeconds: number): Point[] {
  return arrivals
    .slice(arrivals.findLastIndex((it) => it.atSeconds <= afterSeconds) + 1)
    .flatMap(({ atSeconds, value }) => {
      const done = processed.findLast((it) => it.atSeconds <= atSeconds);
      return done?.atSeconds === atSeconds ? [{ atSeconds, value: value - done.value }] : [];
    });
}

/** How old the oldest record is while nobody says: it grows older by as much as the clock moves, or has been processed. */
function followLag(lag: readonly Point[], arrivals: readonly Point[]): readonly Point[] {
  const last = lag.at(-1);
  if (last === undefined) return lag;
  const later = arrivals.slice(arrivals.findLastIndex((it) => it.atSeconds <= last.atSeconds) + 1);
  if (later.length === 0) return lag;
  return [
    ...lag,
    ...later.map(({ atSeconds }) => ({ atSeconds, value: last.value + atSeconds - last.atSeconds })),
  ];
}

/** Ticks of one minute may have read reports of so long; what is longer has a hole in it. */
const longestSeconds = 120;

/** How many reports a burst is seen in: one alone is noise. */
const burstReports = 2;

function newestOf(
  arrivals: readonly Point[],
  backlog: readonly Point[],
  lag: readonly Point[],
): Newest | undefined {
  const [atSeconds, waits, oldest] = [arrivals.at(-1)?.atSeconds, backlog.at(-1), lag.at(-1)];
  const arrivalsPerSecond = mean(arrivals.slice(-burstReports).map((it) => it.value));
  if (atSeconds === undefined || arrivalsPerSecond === undefined) return undefined;
  if (waits === undefined || oldest === undefined) return undefined;
  return { atSeconds, arrivalsPerSecond, backlogRecords: waits.value, lagSeconds: oldest.value };
}

/** The stretches of about a minute in which what came, what was processed, and what waited before and after are all known. */
function intervalsOf(
  arrivals: readonly Point[],
  processed: readonly Point[],
  backlog: readonly Point[],
): FlowInterval[] {
  const waiting = new Map(backlog.map((it) => [it.atSeconds, it.value]));
  const arrived = new Map(arrivals.map((it) => [it.atSeconds, it.value]));
  return processed.flatMap(({ atSeconds, value }, index) => {
    const fromSeconds = processed[index - 1]?.atSeconds ?? atSeconds - minuteSeconds;
    if (atSeconds - fromSeconds > longestSeconds) return [];
    const arrivalsPerSecond = arrived.get(atSeconds);
    const [backlogBefore, backlogAfter] = [waiting.get(fromSeconds), waiting.get(atSeconds)];
    if (arrivalsPerSecond === undefined || backlogBefore === undefined || backlogAfter === undefined)
      return [];
    return [
      {
        fromSeconds,
        toSeconds: atSeconds,
        arrivalsPerSecond,
        processedPerSecond: value,
        backlogBefore,
        backlogAfter,
      },
    ];
  });
}
