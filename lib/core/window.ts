import type { Field, Point } from '../contract/measurement.ts';
import { type Freshness, freshnessesOf } from './freshness.ts';
import { agentSignals, type FieldPlan, planMeasurements } from './measure.ts';
import { hadFailure } from './observed.ts';
import type { ServiceContext } from './plan.ts';
import type { Sample, ServiceObservation, Unread } from './sample.ts';
import { combine, freshTogether, planTogether, type StreamWindow } from './several.ts';
import { maximum, mean } from './statistics.ts';
import { streamFields, streamsOf } from './streams.ts';
import { type Joined, join, joiningOf, thinnedUntil } from './thin.ts';

/** How far back a window reaches. */
export const windowSeconds = 3600;

export type TaskCount = Readonly<
  Pick<ServiceObservation, 'desiredTasks' | 'runningTasks' | 'revision' | 'deploying'> & {
    atSeconds: number;
    /** A task has failed since the tick before: between the two the count was not what it seems. */
    disturbed?: true;
  }
>;

/** The seed's window summary: of whatever was measured in the window. */
export type WindowSummary = {
  readonly count: number;
  readonly meanThroughputPerSecond?: number;
  readonly meanP95Ms?: number;
  readonly maxP99Ms?: number;
  readonly meanCpuPercent?: number;
  readonly maxMemoryPercent?: number;
  readonly meanErrorPercent?: number;
  readonly maxQueueRecords?: number;
  readonly meanBackpressure?: number;
};

type Series = Partial<Record<Field, Point[]>>;

/** A service's recent past, put together from its samples. */
export type Window = {
  readonly nowSeconds: number;
  readonly observation: ServiceObservation;
  /** Points of each field, oldest first, one for each moment; of agents' older reports, one for each minute (thin.ts). */
  readonly series: Readonly<Partial<Record<Field, readonly Point[]>>>;
  /** What ECS said at each tick, oldest first, this tick included. */
  readonly taskCounts: readonly TaskCount[];
  readonly plan: readonly FieldPlan[];
  readonly freshness: Readonly<Partial<Record<Field, Freshness>>>;
  readonly unread: readonly Unread[];
  readonly summary: WindowSummary;
  /** What is known of each stream that the service reads. Of several, `series` has what they are together. */
  readonly streams: readonly StreamWindow[];
};

/**
 * Puts samples (oldest first; the last is this tick's) together. Of two points for the same moment the one that
 * was read later stands: CloudWatch revises its newest values.
 * @throws RangeError if there is no sample: a tick always has its own.
 */
export function assembleWindow(
  samples: readonly Sample[],
  context: ServiceContext,
  nowSeconds: number,
): Window {
  const current = samples.at(-1);
  if (current === undefined) throw new RangeError('a window needs the sample of its own tick; received none');
  const from = nowSeconds - windowSeconds;
  const taskCounts: TaskCount[] = [];
  for (const sample of samples) {
    if (sample.atSeconds < from) continue;
    const { atSeconds, observation } = sample;
    const { desiredTasks, runningTasks, revision, deploying } = observation;
    const count: TaskCount = { atSeconds, desiredTasks, runningTasks, revision, deploying };
    const before = taskCounts.at(-1)?.atSeconds ?? atSeconds;
    const disturbed = hadFailure(context.observed, before, atSeconds);
    taskCounts.push(disturbed ? { ...count, disturbed } : count);
  }
  const own = seriesOf(samples, ({ series }) => series, from, nowSeconds);
  const plans = planMeasurements(context.policy, context.sources);
  const several = severalStreams(samples, context, plans, from, nowSeconds);
  const series = several === undefined ? own : { ...without(own, streamFields), ...combine(several) };
  const plan = several === undefined ? plans : planTogether(plans);
  const measured = freshnessesOf(series, plan, nowSeconds);
  const freshness = several === undefined ? measured : freshTogether(measured, several);
  const [only] = streamsOf(context.sources);
  const { unread } = current;
  return {
    nowSeconds,
    observation: current.observation,
    series,
    taskCounts,
    plan,
    freshness,
    unread,
    summary: summarize(series, samples.length),
    streams: several ?? (only === undefined ? [] : [{ stream: only, series, freshness, unread }]),
  };
}

/** What the samples say of each stream; `undefined` of a service that does not read several. */
function severalStreams(
  samples: readonly Sample[],
  { sources }: ServiceContext,
  plans: readonly FieldPlan[],
  from: number,
  nowSeconds: number,
): readonly StreamWindow[] | undefined {
  const streams = streamsOf(sources);
  if (streams.length < 2) return undefined;
  const unread = samples.at(-1)?.unread ?? [];
  return streams.map((stream): StreamWindow => {
    const { name = '' } = stream;
    const series = seriesOf(samples, ({ bySource }) => bySource?.[name], from, nowSeconds);
    const own = plans.filter((it) => it.source === name);
    return {
      stream,
      series,
      freshness: freshnessesOf(series, own, nowSeconds),
      unread: unread.filter((it) => it.source === name),
    };
  });
}

function without(series: Series, fields: readonly Field[]): Series {
  return Object.fromEntries(Object.entries(series).filter(([field]) => !fields.includes(field as Field)));
}

function seriesOf(
  samples: readonly Sample[],
  read: (sample: Sample) => Sample['series'] | undefined,
  from: number,
  nowSeconds: number,
): Series {
  const thinUntil = thinnedUntil(nowSeconds);
  const gathered = new Map<string, Gathered>();
  for (const sample of samples) {
    const found = read(sample);
    for (const name in found) {
      const points = found[name as Field];
      if (points === undefined) continue;
      let field = gathered.get(name);
      if (field === undefined) {
        field = { joining: joiningOf(name as Field), joined: [], points: [] };
        gathered.set(name, field);
      }
      if (field.joining === undefined) insertAll(field.points, points, from, nowSeconds);
      else gather(field, field.joining, sample.atSeconds, points, { thinUntil, nowSeconds });
    }
  }
  const series: Series = {};
  for (const [name, { joined, points }] of gathered) {
    const old = joined.filter((it) => it.atSeconds > from);
    series[name as Field] =
      old.length === 0 ? points : [...old.map(({ atSeconds, value }) => ({ atSeconds, value })), ...points];
  }
  return series;
}

/** A field's points, and before them those that were joined. */
type Gathered = {
  readonly joining: ReturnType<typeof joiningOf>;
  readonly joined: Joined[];
  readonly points: Point[];
};

function gather(
  { joined, points }: Gathered,
  joining: NonNullable<Gathered['joining']>,
  readAtSeconds: number,
  read: readonly Point[],
  { thinUntil, nowSeconds }: { readonly thinUntil: number; readonly nowSeconds: number },
): void {
  if (readAtSeconds <= thinUntil) {
    join(joined, read, readAtSeconds, joining);
    return;
  }
  if ((read[0]?.atSeconds ?? nowSeconds) <= thinUntil) {
    const old = read.filter((it) => it.atSeconds <= thinUntil);
    join(joined, old, readAtSeconds, joining);
  }
  insertAll(points, read, thinUntil, nowSeconds);
}

function insertAll(into: Point[], points: readonly Point[], after: number, nowSeconds: number): void {
  for (const point of points) {
    // A point from the future is a clock gone wrong, not news.
    if (point.atSeconds > after && point.atSeconds <= nowSeconds) insert(into, point);
  }
}

/** Points come nearly in order: the end of the series is looked at first. */
function insert(points: Point[], point: Point): void {
  let index = points.length;
  let before = points[index - 1];
  while (before !== undefined && before.atSeconds > point.atSeconds) before = points[--index - 1];
  if (before === undefined || before.atSeconds < point.atSeconds) {
    if (index === points.length) points.push(point);
    else points.splice(index, 0, point);
  } else {
    points[index - 1] = point;
  }
}

/** The seed's summary of a window. Its mean p95 is a mean over time of the p95 of all tasks, as measured. */
export function summarize(series: Window['series'], count: number): WindowSummary {
  const summary: Record<string, number> = { count };
  for (const [name, field, over] of summaries) {
    const value = over((series[field] ?? []).map((point) => point.value));
    if (value !== undefined) summary[name] = value;
  }
  return summary as WindowSummary;
}

const summaries: readonly (readonly [Exclude<keyof WindowSummary, 'count'>, Field, typeof mean])[] = [
  ['meanThroughputPerSecond', 'processedPerSecond', mean],
  ['meanP95Ms', 'p95Ms', mean],
  ['maxP99Ms', 'p99Ms', maximum],
  ['meanCpuPercent', 'cpuPercent', mean],
  ['maxMemoryPercent', 'memoryPercent', maximum],
  ['meanErrorPercent', 'errorPercent', mean],
  ['maxQueueRecords', 'queueRecords', maximum],
  ['meanBackpressure', 'backpressure', mean],
];

/** The newest point of a field, if the field is fresh. */
export function freshPoint(window: Pick<Window, 'series' | 'freshness'>, field: Field): Point | undefined {
  return window.freshness[field]?.state === 'fresh' ? window.series[field]?.at(-1) : undefined;
}

/** The newest lag of the worst partition, where a fresh one is known: what agents report is the newer. */
export function freshLag(window: Window): Point | undefined {
  return freshPoint(window, agentsReport(window) ? 'agentLagSeconds' : 'lagSeconds');
}

/** Whether agents report, and all that a decision needs: then it rests on them, and on nothing that comes later. */
export function agentsReport(window: Window): boolean {
  return agentSignals.every(
    (field) => window.freshness[field]?.state === 'fresh' && window.plan.some((it) => it.field === field),
  );
}

/** The fields that a decision rests on. */
export function neededPlans(window: Window): readonly FieldPlan[] {
  if (agentsReport(window)) {
    return window.plan.filter((it) => agentSignals.some((field) => field === it.field));
  }
  return window.plan.filter(({ field, required }) =>
    required === 'once-known' ? window.freshness[field]?.state !== 'missing' : required,
  );
}

/** Needed fields that are not fresh. */
export function missingFields(window: Window): readonly Field[] {
  return neededPlans(window)
    .filter((it) => window.freshness[it.field]?.state !== 'fresh')
    .map((it) => it.field);
}
