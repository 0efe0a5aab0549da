import type { Field, Point } from '../contract/measurement.ts';
import type { Freshness } from './freshness.ts';
import { type Levels, levelsOf } from './levels.ts';
import type { FieldPlan } from './measure.ts';
import type { Sample, Unread } from './sample.ts';
import { maximum } from './statistics.ts';
import { isKnownByLag, type Stream } from './streams.ts';

/** What a window knows of one stream. Of a service's only one it is what the window itself knows. */
export type StreamWindow = {
  readonly stream: Stream;
  readonly series: Sample['series'];
  readonly freshness: Readonly<Partial<Record<Field, Freshness>>>;
  readonly unread: readonly Unread[];
};

/**
 * A queue of which CloudWatch, which was asked, has had nothing to say for as long as the window, and in which nothing
 * waits: it tells nothing of a queue that nobody has used for six hours. It adds nothing, and that is known.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function isAsleep({ stream, series, freshness, unread }: StreamWindow): boolean {
  return (
    stream.kind === 'sqs' &&
    freshness.backlogRecords?.state === 'fresh' &&
    series.backlogRecords?.at(-1)?.value === 0 &&
    freshness.arrivalsPerSecond?.state !== 'fresh' &&
    !series.arrivalsPerSecond?.some((it) => it.value > 0) &&
    !unread.some((it) => it.field === 'arrivalsPerSecond' && it.cause !== 'absent')
  );
}

/**
 * λ, X and L of a service that reads several streams are the sums of theirs, and its lag is the worst of them. What one of
 * them does not say at a moment is not known of the service then: missing is not zero.
 * E.g. 100 and 40 records/s, 6,000 and 0 records waiting, 60 s and 0 s behind: 140 records/s, 6,000 records, 60 s.
 */
export function combine(streams: readonly StreamWindow[]): Partial<Record<Field, readonly Point[]>> {
  const awake = streams.filter((it) => !isAsleep(it));
  const told = awake.length > 0 ? awake : streams;
  const levels = told.map((it) => levelsOf(it.series, it.stream));
  const all = (of: (it: Levels) => readonly Point[], join: Join) => together(levels.map(of), join);
  const sum: Join = (values) => values.reduce((total, value) => total + value, 0);
  const worst: Join = (values) => maximum(values) ?? 0;
  return {
    arrivalsPerSecond: addUp(levels.map((it) => it.arrivals)),
    processedPerSecond: addUp(told.map((it) => it.series.processedPerSecond ?? [])),
    backlogRecords: all((it) => it.backlog, sum),
    lagSeconds: all((it) => it.lag, worst),
  };
}

type Join = (values: readonly number[]) => number;

/** What L of a stream is known by. */
const levelField = (stream: Stream): Field => (isKnownByLag(stream) ? 'meanLagSeconds' : 'backlogRecords');

const isFresh = ({ freshness }: StreamWindow, field: Field) => freshness[field]?.state === 'fresh';

/** Together they are no fresher than each is by itself. */
export function freshTogether(
  freshness: StreamWindow['freshness'],
  streams: readonly StreamWindow[],
): StreamWindow['freshness'] {
  const told = streams.filter((it) => !isAsleep(it));
  const stale = {
    arrivalsPerSecond: told.some((it) => !isFresh(it, 'arrivalsPerSecond')),
    backlogRecords: told.some((it) => !isFresh(it, levelField(it.stream))),
  };
  const entries = Object.entries(freshness).map(([field, it]) => [
    field,
    it.state === 'fresh' && stale[field as keyof typeof stale] ? { ...it, state: 'stale' } : it,
  ]);
  return Object.fromEntries(entries);
}

const isTold = (it: StreamWindow) => isFresh(it, 'arrivalsPerSecond') && isFresh(it, levelField(it.stream));

/** The lag of a stream as far as it is known now, whatever the others say. */
export function lagOf(it: StreamWindow): number | undefined {
  if (isTold(it)) return levelsOf(it.series, it.stream).lag.at(-1)?.value;
  return isFresh(it, 'lagSeconds') ? it.series.lagSeconds?.at(-1)?.value : undefined;
}

/** Of several streams, which one governs, and which say nothing; by name, as far as there are any. */
export function standingOf(streams: readonly StreamWindow[]): {
  readonly worstSource?: string | undefined;
  readonly silentSources?: string | undefined;
} {
  if (streams.length < 2) return {};
  const known = streams.flatMap((it) => {
    const lagSeconds = lagOf(it);
    return lagSeconds === undefined ? [] : [{ lagSeconds, name: it.stream.name }];
  });
  const worst = maximum(known.map((it) => it.lagSeconds));
  const silent = streams.filter((it) => !isAsleep(it) && !isTold(it)).map((it) => it.stream.name);
  return {
    worstSource: known.find((it) => it.lagSeconds === worst)?.name,
    ...(silent.length > 0 && { silentSources: silent.join(' ') }),
  };
}

/** The sum at each moment of which every stream has a point: minutes are the same ones for all. */
export function addUp([first = [], ...others]: readonly (readonly Point[])[]): Point[] {
  const known = others.map((points) => new Map(points.map((it) => [it.atSeconds, it.value])));
  return first.flatMap(({ atSeconds, value }) => {
    let sum = value;
    for (const points of known) {
      const other = points.get(atSeconds);
      if (other === undefined) return [];
      sum += other;
    }
    return [{ atSeconds, value: sum }];
  });
}

/**
 * Streams are not looked at in the same moments: a queue's depth is of now, a stream's of the middle of a minute. Those
 * of the one whose newest is the oldest are taken, and of the others what lies between two of their points.
 */
function together(all: readonly (readonly Point[])[], join: Join): Point[] {
  const newest = all.map((points) => points.at(-1)?.atSeconds ?? Number.NEGATIVE_INFINITY);
  const moments = all[newest.indexOf(Math.min(...newest))] ?? [];
  const others = all.filter((points) => points !== moments).map(createReader);
  return moments.flatMap(({ atSeconds, value }) => {
    const values = [value];
    for (const read of others) {
      const other = read(atSeconds);
      if (other === undefined) return [];
      values.push(other);
    }
    return [{ atSeconds, value: join(values) }];
  });
}

/** Points further apart than this have a hole between them. */
const longestSeconds = 180;

/** Reads a series at moments that follow each other, on the line between its two points around each. */
function createReader(points: readonly Point[]): (atSeconds: number) => number | undefined {
  let index = 0;
  return (atSeconds) => {
    while ((points[index]?.atSeconds ?? atSeconds) < atSeconds) index++;
    const [before, after] = [points[index - 1], points[index]];
    if (after?.atSeconds === atSeconds) return after.value;
    if (before === undefined || after === undefined) return undefined;
    const seconds = after.atSeconds - before.atSeconds;
    if (seconds > longestSeconds) return undefined;
    return before.value + ((after.value - before.value) * (atSeconds - before.atSeconds)) / seconds;
  };
}

/** A backlog that follows from a minute's mean lag is that of its middle. */
const derivedSeconds = 30;

/**
 * What is needed of several streams together: what each of them needs. Their plans name them, and any other plan is one
 * of the service itself.
 */
export function planTogether(plans: readonly FieldPlan[]): readonly FieldPlan[] {
  const ofStreams = plans.filter((it) => it.source !== undefined);
  const merge = (field: Field, from: readonly FieldPlan[], required: FieldPlan['required']): FieldPlan => {
    const most = (of: (it: FieldPlan) => number) => Math.max(...from.map(of));
    return {
      field,
      required,
      everySeconds: most((it) => it.everySeconds),
      periodSeconds: most((it) => it.periodSeconds),
      freshSeconds: most((it) => it.freshSeconds + (it.field === 'meanLagSeconds' ? derivedSeconds : 0)),
    };
  };
  const planned = (...fields: readonly Field[]) => ofStreams.filter((it) => fields.includes(it.field));
  const arrivals = planned('arrivalsPerSecond');
  return [
    merge('arrivalsPerSecond', arrivals, arrivals.every((it) => it.required === true) ? true : 'once-known'),
    merge('backlogRecords', planned('backlogRecords', 'meanLagSeconds'), true),
    merge('lagSeconds', planned('backlogRecords', 'lagSeconds'), false),
    ...plans.filter((it) => it.source === undefined),
  ];
}
