import type { Policy } from '../config/policy.ts';
import type { Field, Point } from '../contract/measurement.ts';
import { busyRatesOf } from './busy.ts';
import { fitContention, withRate } from './contention.ts';
import { type Contention, contentionFactor, type Sharing, workingTasks } from './effective-tasks.ts';
import { hottestShareIn, isHot } from './hot-partition.ts';
import type { CapacityMemory, RateObservation } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import type { Flow, FlowInterval } from './rates.ts';
import type { StreamWindow } from './several.ts';
import { clamp, maximum, median, quantile } from './statistics.ts';
import { partitionsOf } from './streams.ts';
import { busyRates, type SeenRate, saturatedLagSeconds } from './unsaturated.ts';
import type { TaskCount, Window } from './window.ts';

/** What one task can process (μ), and how well that is known. */
export type CapacityEstimate =
  | {
      /** saturated: seen with a backlog waiting. busy: processed rate ÷ how busy the CPU says the tasks are. */
      readonly source: 'saturated' | 'busy';
      readonly taskRatePerSecond: number;
      readonly certainty: number;
    }
  /** The most that a task was seen to do without being saturated: it can do at least that. */
  | { readonly source: 'floor'; readonly taskRatePerSecond: number; readonly certainty: 0 }
  | { readonly source: 'unknown'; readonly certainty: 0 };

/** One record in eleven days: below this a rate is none. */
export const leastRatePerSecond = 1e-6;
/** A day's peak and the one before: enough for a median, and few hundred bytes in the table. */
const keptObservations = 16;

/** Tasks that go have gone by then. */
const stoppingSeconds = 30;

/**
 * The consuming count, if it was one and the same, undisturbed, during an interval and before it: for as long as new
 * tasks take to start and to settle, and where there were more until then, for as long as those take to go.
 */
function steadyTasks(
  counts: readonly TaskCount[],
  { fromSeconds, toSeconds }: { readonly fromSeconds: number; readonly toSeconds: number },
  { startupSeconds, rebalanceSeconds }: Pick<Policy, 'startupSeconds' | 'rebalanceSeconds'>,
  revision: string,
): number | undefined {
  const first = counts.findLastIndex((it) => it.atSeconds <= fromSeconds - startupSeconds - rebalanceSeconds);
  const last = counts.findIndex((it) => it.atSeconds >= toSeconds);
  const tasks = counts[last]?.runningTasks ?? 0;
  if (first < 0 || last < 0 || tasks === 0) return undefined;
  const goneBySeconds = fromSeconds - rebalanceSeconds - stoppingSeconds;
  const steady = counts
    .slice(first, last + 1)
    .every(
      (it) =>
        undisturbed(it, revision) &&
        (it.runningTasks === tasks || (it.runningTasks > tasks && it.atSeconds <= goneBySeconds)),
    );
  return steady ? tasks : undefined;
}

function undisturbed(count: TaskCount, revision: string): boolean {
  return (
    !count.deploying &&
    count.disturbed === undefined &&
    count.revision === revision &&
    count.desiredTasks === count.runningTasks
  );
}

function isSaturated(interval: FlowInterval): boolean {
  const { processedPerSecond, backlogBefore, backlogAfter } = interval;
  // Where nothing is processed, rounding can leave a billionth, which would be learned as a very slow task.
  if (processedPerSecond < leastRatePerSecond) return false;
  return Math.min(backlogBefore, backlogAfter) >= saturatedLagSeconds * processedPerSecond;
}

/** How far the minutes around an interval may differ. */
const steadyLoadRatio = 2;

/** A backlog that is derived from minutes' means is wrong where the load jumps within a minute. */
function isSteadyLoad(arrivals: readonly Point[], { fromSeconds, toSeconds }: FlowInterval): boolean {
  const around = arrivals
    .filter((point) => point.atSeconds > fromSeconds - 60 && point.atSeconds < toSeconds + 60)
    .map((point) => point.value);
  return (maximum(around) ?? 0) <= steadyLoadRatio * Math.min(...around);
}

/**
 * Adds what the window newly shows of saturated tasks. Learned only where it says something of the tasks: backlog at
 * both ends, one steady count for longer than a start and a rebalance, in which no task failed, no deployment, one revision.
 * Fresh tasks, pauses and deployments would teach a low μ, a low μ asks for more tasks, and more tasks bring more of the same.
 */
export function learnCapacity(
  window: Window,
  flow: Flow,
  memory: CapacityMemory | undefined,
  context: ServiceContext,
): CapacityMemory {
  const { revision } = window.observation;
  const known: CapacityMemory = memory?.revision === revision ? memory : { revision, saturated: [] };
  const newest = known.saturated.at(-1)?.atSeconds ?? 0;
  const sharing = sharingOf(known, context);
  const learned: RateObservation[] = [];
  const cpu: number[] = [];
  for (const interval of flow.intervals) {
    if (interval.toSeconds < window.nowSeconds - 900) continue;
    if (!isSaturated(interval) || !isSteadyLoad(flow.arrivals, interval)) continue;
    // Where one partition alone is behind, most of the tasks are idle.
    if (window.streams.some((it) => wasHot(it, interval))) continue;
    const tasks = steadyTasks(window.taskCounts, interval, context.policy, revision);
    if (tasks === undefined) continue;
    const cpuPercent = pointAt(window.series, 'cpuPercent', interval.toSeconds);
    if (cpuPercent !== undefined) cpu.push(cpuPercent);
    if (interval.toSeconds > newest) {
      learned.push({
        atSeconds: interval.toSeconds,
        tasks,
        perTaskPerSecond: significant(interval.processedPerSecond / workingTasks(tasks, sharing)),
      });
    }
  }
  const saturatedCpuPercent = median(cpu) ?? known.saturatedCpuPercent;
  return {
    revision,
    saturated:
      learned.length === 0 ? known.saturated : [...known.saturated, ...learned].slice(-keptObservations),
    ...(known.hottest && { hottest: known.hottest }),
    ...(known.byTasks && { byTasks: known.byTasks }),
    ...(known.slowerSinceSeconds !== undefined && { slowerSinceSeconds: known.slowerSinceSeconds }),
    ...(saturatedCpuPercent === undefined ? {} : { saturatedCpuPercent: significant(saturatedCpuPercent) }),
  };
}

function wasHot({ series }: StreamWindow, { toSeconds }: FlowInterval): boolean {
  return isHot(pointAt(series, 'lagSeconds', toSeconds), pointAt(series, 'meanLagSeconds', toSeconds));
}

/** What a task does by itself, where among so many of them it does so much. */
function rateAlone(
  { tasks, perTaskPerSecond }: Omit<RateObservation, 'atSeconds'>,
  contention: Contention | undefined,
): number {
  return perTaskPerSecond * contentionFactor(tasks, contention);
}

/** Below this the CPU of an idle process weighs so much that more tasks look slower. */
const tellingCpuPercent = 50;
/** What a change has stirred up is over by then, in whatever minute CloudWatch counts it. */
const settledSeconds = 300;
const periodSeconds = 60;

/**
 * With the minutes that are new: what a task could do among so many. Of agents' busy shares, or, where there are none, of
 * CPU: what a full one shows does not matter here, for the fit looks at how the rate goes with the count.
 */
export function learnByTasks(
  window: Window,
  flow: Flow,
  memory: CapacityMemory,
  context: ServiceContext,
  seen: readonly SeenRate[],
): CapacityMemory {
  const { untilSeconds = 0, rates = [] } = memory.byTasks ?? {};
  const full =
    reportedRates(window, flow, context) ??
    busyRates(window, seen, assumedSaturatedCpuPercent, tellingCpuPercent);
  const isSettled = ({ atSeconds, tasks }: RateObservation) =>
    window.taskCounts.every(
      (it) =>
        it.atSeconds < atSeconds - settledSeconds ||
        it.atSeconds > atSeconds + periodSeconds ||
        (it.runningTasks === tasks && it.desiredTasks === tasks),
    );
  const fresh = full.filter((it) => it.atSeconds > untilSeconds && it.perTaskPerSecond > 0 && isSettled(it));
  const newest = maximum(fresh.map((it) => it.atSeconds));
  if (newest === undefined) return memory;
  const next = fresh.reduce((known, it) => withRate(known, it.tasks, it.perTaskPerSecond), rates);
  const contention = fitContention(next);
  return { ...memory, byTasks: { untilSeconds: newest, rates: next, ...(contention && { contention }) } };
}

/** How the load is shared among the tasks, as far as it is known. */
export function sharingOf({ hottest, byTasks }: CapacityMemory, { sources }: ServiceContext): Sharing {
  const partitions = partitionsOf(sources);
  const hottestShare = hottestShareIn(hottest);
  const contention = byTasks?.contention;
  return {
    ...(partitions !== undefined && { partitions }),
    ...(hottestShare !== undefined && { hottestShare }),
    ...(contention && { contention }),
  };
}

/** Four digits say all that is known, and keep the table's item small. */
function significant(value: number): number {
  return Number(value.toPrecision(4));
}

/** A minute's value whose period holds the moment. */
function pointAt(series: Window['series'], field: Field, atSeconds: number): number | undefined {
  return series[field]?.find((point) => point.atSeconds >= atSeconds && point.atSeconds - 60 < atSeconds)
    ?.value;
}

/**
 * CPU at which a service that was never seen saturated is taken to be full. A guess that is too low is never found out,
 * for tasks that are never full never show what full is; one that is too high shows as lag, and is then learned.
 * Certainty stays low until saturation was seen.
 */
const assumedSaturatedCpuPercent = 90;
const assumedCertainty = 0.3;

/**
 * μ from what is known, best first: seen at saturation; else busy-based (below); else a floor. Never less than the floor:
 * what a task was seen to do, it can do, and a stop of the whole service with a backlog looks like slow tasks.
 * Busy-based: μ = X / (n · busy), busy = CPU ÷ CPU at saturation: their mean counts those that the partitions leave idle.
 * E.g. 4 tasks at 40 % CPU process 800 records/s
 * and were saturated at 90 %: μ = 800 / (4 · 0.444) = 450 records/s.
 */
export function estimateCapacity(
  window: Window,
  flow: Flow,
  memory: CapacityMemory,
  context: ServiceContext,
  seen: readonly SeenRate[],
): CapacityEstimate {
  const { contention } = sharingOf(memory, context);
  const alone = (rates: readonly RateObservation[]) => rates.map((it) => rateAlone(it, contention));
  const floor = maximum(
    seen.map(({ tasks, atLeastPerSecond }) =>
      rateAlone({ tasks, perTaskPerSecond: atLeastPerSecond }, contention),
    ),
  );
  const saturated = alone(memory.saturated);
  const typical = median(saturated);
  if (typical !== undefined) {
    const taskRatePerSecond = Math.max(typical, floor ?? 0);
    return { source: 'saturated', taskRatePerSecond, certainty: certaintyOf(saturated) };
  }
  if (floor === undefined || floor < leastRatePerSecond) return { source: 'unknown', certainty: 0 };
  const reported = reportedRates(window, flow, context);
  const busy = alone(
    reported ?? busyRates(window, seen, memory.saturatedCpuPercent ?? assumedSaturatedCpuPercent),
  );
  const busyRate = median(busy);
  if (busyRate === undefined || busy.length < leastBusyRates) {
    return { source: 'floor', taskRatePerSecond: floor, certainty: 0 };
  }
  // An idle process uses some CPU too.
  const taskRatePerSecond = Math.max(busyRate, floor);
  const certainty = certaintyOf(busy);
  if (reported !== undefined) return { source: 'busy', taskRatePerSecond, certainty };
  const guessed = memory.saturatedCpuPercent === undefined;
  return {
    source: 'busy',
    taskRatePerSecond,
    certainty: guessed ? Math.min(assumedCertainty, certainty) : 0.8 * certainty,
  };
}

/** What a task has been seen to do: at saturation, or while it kept up. Never what is guessed from how busy it was. */
export function provenRate(
  memory: CapacityMemory,
  context: ServiceContext,
  seen: readonly SeenRate[],
): number | undefined {
  const { contention } = sharingOf(memory, context);
  const typical = median(memory.saturated.map((it) => rateAlone(it, contention))) ?? 0;
  const rate = Math.max(typical, ...seen.map((it) => it.atLeastPerSecond));
  return rate < leastRatePerSecond ? undefined : rate;
}

/** What agents' own busy shares say, where enough of them do: no guess of what a CPU shows when it is full. */
function reportedRates(
  window: Window,
  flow: Flow,
  { policy }: ServiceContext,
): readonly RateObservation[] | undefined {
  if (flow.newest === undefined) return undefined;
  const rates = busyRatesOf(window, flow, policy.startupSeconds + policy.rebalanceSeconds);
  return rates.length < leastBusyRates ? undefined : rates;
}

/** Fewer minutes than this say nothing of what busy means. */
const leastBusyRates = 3;

/**
 * How well k observations pin a rate down: k/(k+1) · (1 − their interquartile range ÷ their median). E.g. one
 * observation 0.5; nine within a range of 10 %: 0.9 · 0.9 = 0.81.
 */
export function certaintyOf(rates: readonly number[]): number {
  const middle = median(rates);
  if (middle === undefined || middle <= 0) return 0;
  const spread = ((quantile(rates, 0.75) ?? middle) - (quantile(rates, 0.25) ?? middle)) / middle;
  return (rates.length / (rates.length + 1)) * (1 - clamp(spread, 0, 1));
}
