import type { Field, Point } from '../contract/measurement.ts';
import { agentSignals, type FieldPlan, planMeasurements } from './measure.ts';
import type { ServiceContext } from './plan.ts';
import type { Sample, ServiceObservation, Unread } from './sample.ts';
import { maximum, mean } from './statistics.ts';
import { type Joined, join, joiningOf, thinnedUntil } from './thin.ts';

/** How far back a window reaches. */
export const windowSeconds = 3600;

export type Freshness = {
  readonly state: 'fresh' | 'stale' | 'missing';
  /** Age of the newest point, from the end of its period; absent when missing. */
  readonly ageSeconds?: number;
  /** Share of the points that were due in the last ten periods and are there, 0 to 1. */
  readonly completeness: number;
};

export type TaskCount = Readonly<
  Pick<ServiceObservation, 'desiredTasks' | 'runningTasks' | 'revision' | 'deploying'> & { atSeconds: number }
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
    const { desiredTasks, runningTasks, revision, deploying } = sample.observation;
    taskCounts.push({ atSeconds: sample.atSeconds, desiredTasks, runningTasks, revision, deploying });
  }
  const series = seriesOf(samples, from, nowSeconds);
  const plan = planMeasurements(context.policy, context.sources);
  const freshness: Partial<Record<Field, Freshness>> = {};
  for (const field in series) {
    freshness[field as Field] = freshnessOf(pushed, series[field as Field] ?? [], nowSeconds);
  }
  for (const it of plan) freshness[it.field] = freshnessOf(it, series[it.field] ?? [], nowSeconds);
  return {
    nowSeconds,
    observation: current.observation,
    series,
    taskCounts,
    plan,
    freshness,
    unread: current.unread,
    summary: summarize(series, samples.length),
  };
}

function seriesOf(samples: readonly Sample[], from: number, nowSeconds: number): Series {
  const thinUntil = thinnedUntil(nowSeconds);
  const gathered = new Map<string, Gathered>();
  for (const sample of samples) {
    for (const name in sample.series) {
      const points = sample.series[name as Field];
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

/** A field that nobody plans to ask for: a service pushed it. */
const pushed = { periodSeconds: 60, freshSeconds: 180 };

/** How many periods completeness looks back over. */
const completenessPeriods = 10;

/**
 * A field is fresh while its newest point is younger than its plan allows. Completeness counts the points of the
 * ten periods before the newest one, or of as many as there can be since the first: e.g. 8 points in ten minutes
 * of minutely points are 0.8.
 */
function freshnessOf(
  plan: Pick<FieldPlan, 'periodSeconds' | 'freshSeconds'>,
  points: readonly Point[],
  nowSeconds: number,
): Freshness {
  const newest = points.at(-1);
  const oldest = points[0];
  if (newest === undefined || oldest === undefined) return { state: 'missing', completeness: 0 };
  const { periodSeconds } = plan;
  const spanSeconds = Math.min(
    completenessPeriods * periodSeconds,
    newest.atSeconds - oldest.atSeconds + periodSeconds,
  );
  const due = Math.max(1, Math.round(spanSeconds / periodSeconds));
  let present = 0;
  for (let index = points.length - 1; index >= 0; index--) {
    if ((points[index]?.atSeconds ?? 0) <= newest.atSeconds - spanSeconds) break;
    present++;
  }
  const ageSeconds = nowSeconds - newest.atSeconds;
  return {
    state: ageSeconds <= plan.freshSeconds ? 'fresh' : 'stale',
    ageSeconds,
    completeness: Math.min(1, present / due),
  };
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
export function freshPoint(window: Window, field: Field): Point | undefined {
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
