import type { Point } from '../contract/measurement.ts';
import { heaviestLoad } from './effective-tasks.ts';
import type { CapacityMemory } from './loop-state.ts';
import type { Flow } from './rates.ts';
import { clamp, maximum, median } from './statistics.ts';
import { freshPoint, type Window } from './window.ts';

/** The worst lag is so many times the mean of the partitions where one of them is behind by itself. */
const hotRatio = 3;
/** Below this lag says nothing of one partition. */
const leastLagSeconds = 10;

/** Whether one partition is far behind while the others keep up. Unknown without both lags: then it is not said. */
export function isHot(worstSeconds: number | undefined, typicalSeconds: number | undefined): boolean {
  if (worstSeconds === undefined || typicalSeconds === undefined) return false;
  return worstSeconds >= leastLagSeconds && worstSeconds >= hotRatio * typicalSeconds;
}

/** The lag of a partition that is behind by itself now: as agents say, else as CloudWatch does. */
export function hotLagOf(window: Window): number | undefined {
  const typical = freshPoint(window, 'typicalLagSeconds');
  const lags =
    typical === undefined
      ? window.streams.map((it) => [freshPoint(it, 'lagSeconds'), freshPoint(it, 'meanLagSeconds')] as const)
      : [[freshPoint(window, 'agentLagSeconds'), typical] as const];
  return maximum(
    lags.flatMap(([worst, usual]) => (isHot(worst?.value, usual?.value) ? (worst?.value ?? []) : [])),
  );
}

/** Less than so many even shares is an error of the rate, and no hot partition. */
const clearlyUneven = 2;

/**
 * The share of a hot partition, from how fast it falls behind. Its task spreads its rate fairly: the other k−1
 * partitions of that task take what arrives in them, and the rest is for the hot one, whose lag grows by g seconds each
 * second. So h·(1−g) + (k−1)(1−h)/(P−1) = μ/λ, and with m = μ/λ and c = (k−1)/(P−1):
 * h = (m − c)/(1 − g − c).
 * E.g. 7 tasks of 500 records/s on 120 partitions, 2,500 records/s, and a lag that grows by 0.327 s each second: m = 0.2,
 * c = 17/119 = 0.143, h = 0.0571/0.530 = 0.108.
 */
export function hottestShareOf(
  taskRatePerSecond: number,
  loadPerSecond: number,
  tasks: number,
  partitions: number,
  lagGrowth: number,
): number | undefined {
  const others = (Math.ceil(partitions / tasks) - 1) / Math.max(1, partitions - 1);
  const left = 1 - lagGrowth - others;
  if (left <= 0 || loadPerSecond <= 0) return undefined;
  const share = (taskRatePerSecond / loadPerSecond - others) / left;
  return share > clearlyUneven / partitions && share <= 1 ? share : undefined;
}

/** A day's peak: enough for a median, and few bytes. */
const keptShares = 9;
/** Without a look at the hot partition for so long, it may be another, or none. */
const rememberedSeconds = 3 * 86_400;

type Seen = NonNullable<CapacityMemory['hottest']>;

/**
 * What the newest minutes say of a hot partition, added to what is known. Agents measure its share. Otherwise it is
 * seen while one partition is behind and the others keep up; and a minute in which nothing waits says what it cannot be.
 */
export function learnHottest(
  window: Window,
  flow: Flow,
  known: Seen | undefined,
  {
    taskRatePerSecond,
    partitions,
  }: { taskRatePerSecond: number | undefined; partitions: number | undefined },
): Seen | undefined {
  const { nowSeconds } = window;
  const measured = freshPoint(window, 'hottestShare');
  if (measured !== undefined) return { atSeconds: measured.atSeconds, shares: [measured.value] };
  const current =
    known !== undefined && nowSeconds - known.atSeconds <= rememberedSeconds ? known : undefined;
  if (partitions === undefined || taskRatePerSecond === undefined || partitions < 2) return current;
  const seen = newestMinute(window, flow, current?.atSeconds ?? 0);
  if (seen === undefined) return current;
  const { atSeconds, tasks, loadPerSecond, lagGrowth } = seen;
  if (lagGrowth !== undefined) {
    const share = hottestShareOf(taskRatePerSecond, loadPerSecond, tasks, partitions, lagGrowth);
    if (share === undefined) return current;
    return { atSeconds, shares: [...(current?.shares ?? []), round(share)].slice(-keptShares) };
  }
  return (
    current && {
      ...current,
      shares: current.shares.map((it) => atMost(it, seen, taskRatePerSecond, partitions)),
    }
  );
}

/** What is known of the share of the hottest partition. */
export function hottestShareIn(seen: Seen | undefined): number | undefined {
  return median(seen?.shares ?? []);
}

const round = (share: number) => Number(share.toPrecision(4));

type Minute = {
  readonly atSeconds: number;
  readonly tasks: number;
  readonly loadPerSecond: number;
  /** Seconds each second, while one partition is behind by itself; absent while nothing is. */
  readonly lagGrowth?: number;
};

/** The newest minute, if it is later than the last one that was looked at and its tasks were undisturbed. */
function newestMinute(window: Window, { arrivals }: Flow, afterSeconds: number): Minute | undefined {
  const worst = window.series.lagSeconds ?? [];
  const [before, newest] = [worst.at(-2), worst.at(-1)];
  if (before === undefined || newest === undefined || newest.atSeconds <= afterSeconds) return undefined;
  if (newest.atSeconds - before.atSeconds !== 60) return undefined;
  const load = arrivals.findLast((it) => it.atSeconds === newest.atSeconds);
  const tasks = steadySince(window, before.atSeconds - 60);
  if (load === undefined || tasks === undefined) return undefined;
  const found = { atSeconds: newest.atSeconds, tasks, loadPerSecond: load.value };
  if (newest.value < leastLagSeconds) return before.value < leastLagSeconds ? found : undefined;
  const hot = [before, newest].every((it) => isHot(it.value, meanAt(window, it)));
  return hot ? { ...found, lagGrowth: clamp((newest.value - before.value) / 60, -1, 0.95) } : undefined;
}

function meanAt({ series }: Window, { atSeconds }: Point): number | undefined {
  return series.meanLagSeconds?.find((it) => it.atSeconds === atSeconds)?.value;
}

function steadySince({ taskCounts, observation }: Window, sinceSeconds: number): number | undefined {
  const since = taskCounts.filter((it) => it.atSeconds >= sinceSeconds);
  const steady = since.every(
    (it) =>
      it.runningTasks === observation.runningTasks && it.desiredTasks === it.runningTasks && !it.deploying,
  );
  return steady && since.length > 1 && observation.runningTasks > 0 ? observation.runningTasks : undefined;
}

/** What the tasks held at 1.05 of their rate cannot have been too heavy for one of them. */
const heldShare = 1.05;

/** A share, or less where a minute without lag says that it would have made its task too heavy. */
function atMost(
  share: number,
  { tasks, loadPerSecond }: Minute,
  taskRatePerSecond: number,
  partitions: number,
): number {
  if (loadPerSecond <= 0) return share;
  const bearable = (heldShare * taskRatePerSecond) / loadPerSecond;
  if (heaviestLoad(tasks, { partitions, hottestShare: share }) <= bearable) return share;
  const others = (Math.ceil(partitions / tasks) - 1) / (partitions - 1);
  return round(clamp((bearable - others) / (1 - others), 1 / partitions, share));
}
