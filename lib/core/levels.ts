import type { Point } from '../contract/measurement.ts';
import type { Sample } from './sample.ts';
import { isKnownByLag, type Stream } from './streams.ts';

/** λ, L and lag: what is known of what waits. */
export type Levels = {
  /** λ for each period, `atSeconds` its end. */
  readonly arrivals: readonly Point[];
  /** L, at the moments where it is known. */
  readonly backlog: readonly Point[];
  /** Worst lag of each period. */
  readonly lag: readonly Point[];
};

/** Periods of CloudWatch. */
const periodSeconds = 60;
/** A hole of up to this many missing minutes is bridged by its neighbours; a longer one is unknown. */
const bridgedPeriods = 2;

/** What one stream says, and what follows from it. */
export function levelsOf(
  series: Sample['series'],
  stream: Stream,
  cumulative = accumulate(series.arrivalsPerSecond ?? []),
): Levels {
  const { arrivalsPerSecond: arrivals = [], backlogRecords: backlog = [], lagSeconds: lag = [] } = series;
  if (isKnownByLag(stream)) {
    // The mean lag of a minute is the lag at its middle, as far as lag is linear within a minute.
    return { arrivals, backlog: backlogFromLag(series.meanLagSeconds ?? [], cumulative), lag };
  }
  const lagBy = stream.kind === 'sqs' ? queueLag : topicLag;
  return { arrivals, backlog, lag: lagBy(lag, backlog, cumulative) };
}

/**
 * Records that have arrived since the first known period began, at the end of each period. Over a hole nothing is
 * added; whatever would reach across one is unknown.
 */
export type Cumulative = {
  readonly atSeconds: readonly number[];
  readonly records: readonly number[];
  /** `rates[i]` holds from `atSeconds[i]` to `atSeconds[i + 1]`. */
  readonly rates: readonly number[];
  readonly holes: readonly { readonly fromSeconds: number; readonly toSeconds: number }[];
};

export function accumulate(arrivals: readonly Point[]): Cumulative {
  const atSeconds: number[] = [];
  const records: number[] = [];
  const rates: number[] = [];
  const holes: { fromSeconds: number; toSeconds: number }[] = [];
  let sum = 0;
  let until: number | undefined;
  let rate = 0;
  for (const point of arrivals) {
    const began = point.atSeconds - periodSeconds;
    if (until === undefined) {
      atSeconds.push(began);
      records.push(0);
    } else if (began > until) {
      const bridged = began - until <= bridgedPeriods * periodSeconds;
      if (!bridged) holes.push({ fromSeconds: until, toSeconds: began });
      // A bridged hole takes the mean of its neighbours.
      rates.push(bridged ? (rate + point.value) / 2 : 0);
      sum += (rates.at(-1) ?? 0) * (began - until);
      atSeconds.push(began);
      records.push(sum);
    }
    rate = point.value;
    rates.push(rate);
    sum += rate * (point.atSeconds - (atSeconds.at(-1) ?? began));
    atSeconds.push(point.atSeconds);
    records.push(sum);
    until = point.atSeconds;
  }
  return { atSeconds, records, rates, holes };
}

/** How far the last rate is taken to reach: as long as CloudWatch's newest minute counts as fresh. */
const extendedSeconds = 3 * periodSeconds;

/** ∫ λ dt from `fromSeconds` to `toSeconds`; `undefined` where arrivals are unknown. */
export function arrived(cumulative: Cumulative, fromSeconds: number, toSeconds: number): number | undefined {
  for (const hole of cumulative.holes) {
    if (fromSeconds < hole.toSeconds && toSeconds > hole.fromSeconds) return undefined;
  }
  const to = recordsAt(cumulative, toSeconds);
  const from = recordsAt(cumulative, fromSeconds);
  return to === undefined || from === undefined ? undefined : to - from;
}

function recordsAt(cumulative: Cumulative, at: number): number | undefined {
  const { atSeconds, records, rates } = cumulative;
  const first = atSeconds[0];
  const last = atSeconds.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (at < first || at > last + extendedSeconds) return undefined;
  if (at >= last) return (records.at(-1) ?? 0) + (at - last) * (rates.at(-1) ?? 0);
  // From the newest on: what is asked for is mostly there, and a search by halves takes longer.
  let index = atSeconds.length - 2;
  while ((atSeconds[index] ?? 0) > at) index--;
  return (records[index] ?? 0) + (at - (atSeconds[index] ?? 0)) * (rates[index] ?? 0);
}

/**
 * L = ∫ λ over the last `lag` seconds. E.g. 30 s behind at a steady 200 records/s are 6,000 records. A lag that
 * reaches back before the window is not integrated: its L is unknown.
 */
export function backlogFromLag(meanLag: readonly Point[], cumulative: Cumulative): Point[] {
  const backlog: Point[] = [];
  for (const point of meanLag) {
    const middle = point.atSeconds - periodSeconds / 2;
    const records = arrived(cumulative, middle - point.value, middle);
    if (records !== undefined) backlog.push({ atSeconds: middle, value: Math.max(0, records) });
  }
  return backlog;
}

/**
 * lag = the time within which the newest L records arrived (first in, first out). E.g. 6,000 records at a steady
 * 200 records/s are 30 s. Where more wait than arrived in the known past, the known past is the least it can be; where
 * the arrivals just before are unknown, so is the lag.
 */
export function lagFromBacklog(
  backlogRecords: number,
  atSeconds: number,
  cumulative: Cumulative,
): number | undefined {
  if (backlogRecords === 0) return 0;
  const { atSeconds: times, records, rates, holes } = cumulative;
  const now = recordsAt(cumulative, atSeconds);
  const first = times[0];
  if (now === undefined || first === undefined) return undefined;
  const knownSeconds = atSeconds - (holes.findLast((it) => it.fromSeconds < atSeconds)?.toSeconds ?? first);
  if (knownSeconds <= 0) return undefined;
  const target = now - backlogRecords;
  if (target <= 0) return knownSeconds;
  let index = times.length - 1;
  while (index > 0 && (records[index] ?? 0) > target) index--;
  const rate = rates[index] ?? rates.at(-1) ?? 0;
  const sinceIndex = rate > 0 ? (target - (records[index] ?? 0)) / rate : 0;
  return Math.min(knownSeconds, Math.max(0, atSeconds - ((times[index] ?? first) + sinceIndex)));
}

/** The age that CloudWatch shows can be 15 minutes behind after a queue wakes: where it is not there, L tells. */
function queueLag(
  measured: readonly Point[],
  backlog: readonly Point[],
  cumulative: Cumulative,
): readonly Point[] {
  const derived: Point[] = [];
  for (const point of backlog) {
    const value = lagFromBacklog(point.value, point.atSeconds, cumulative);
    if (value !== undefined) derived.push({ atSeconds: point.atSeconds, value });
  }
  if (derived.length === 0) return measured;
  const newest = derived.at(-1);
  const newestMeasured = measured.at(-1);
  // SQS is not strictly first in, first out: the worse of the two is believed while the measured one is current.
  if (
    newest !== undefined &&
    newestMeasured !== undefined &&
    newest.atSeconds - newestMeasured.atSeconds <= 2 * periodSeconds
  ) {
    if (newestMeasured.value > newest.value && newest.value > 0)
      derived[derived.length - 1] = { ...newest, value: newestMeasured.value };
  }
  return derived;
}

/**
 * A topic's lag is measured with its backlog, at the end of a minute; where it is not there, L tells. A rebalance leaves
 * neither, and that is no lag of 0.
 */
function topicLag(
  lag: readonly Point[],
  backlog: readonly Point[],
  cumulative: Cumulative,
): readonly Point[] {
  const measured = new Map(lag.map((it) => [it.atSeconds, it.value]));
  return backlog.flatMap(({ atSeconds, value: records }) => {
    const value = measured.get(atSeconds) ?? lagFromBacklog(records, atSeconds, cumulative);
    return value === undefined ? [] : [{ atSeconds, value }];
  });
}
