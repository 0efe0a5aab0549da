import type { Policy } from '../config/policy.ts';
import type { BottleneckKind } from '../contract/bottleneck.ts';
import { confidenceOf, measuredHow } from './confidence.ts';
import { isCpuFull } from './cpu-full.ts';
import { effectiveTasks, type Sharing, workingTasks } from './effective-tasks.ts';
import { isHot } from './hot-partition.ts';
import type { Breaker, BreakerChange, CapacityMemory, RateObservation } from './loop-state.ts';
import type { Flow } from './rates.ts';
import type { Shortfall } from './shortfall.ts';
import { mean, median } from './statistics.ts';
import { stepOut } from './steps.ts';
import { type Window, windowSeconds } from './window.ts';
import type { CountWish } from './wish.ts';

/** What a tick has made of the breaker. */
export type BreakerStep = {
  readonly breaker?: Breaker;
  readonly change?: BreakerChange;
  /** Without what was seen beyond the limit: slow there is the limit, not the task. */
  readonly memory: CapacityMemory;
};

/** So many minutes at each count say what it does; one may be chance. */
const observationsBefore = 2;
const observationsAfter = 3;
/** A larger count that should have brought less than this says nothing through the noise. */
const leastExpectedGain = 0.3;
/** The last minutes, by whose CPU it is judged. */
const provingSeconds = 600;
/** Less than this share of the expected gain is none. */
const leastGainShare = 0.1;
/** First wait before more tasks are tried again; each time in vain it doubles. */
const firstWaitSeconds = 1800;
const longestWaitSeconds = 4 * 3600;
/** Nothing has waited for so long: the limit does not matter now. */
const calmSeconds = 900;

/**
 * The breaker for scaling out. Opened when more tasks, full for minutes, process no more than fewer did: something
 * else is the limit. While it is open, no more tasks are asked for than did as much. Half-open when its wait is over:
 * one step is tried. Closed when that helps, or when nothing waits any more.
 */
export function stepBreaker(
  window: Window,
  flow: Flow,
  learned: CapacityMemory,
  before: Breaker | undefined,
  sharing: Sharing,
  shortfall?: Shortfall,
): BreakerStep {
  const breaker = before && asSeenNow(before, learned, window, sharing);
  const memory = breaker === undefined ? learned : beyondLimit(learned, breaker);
  const known = breaker === undefined ? [] : atLimit(breaker, sharing);
  // Tasks that work have become slower, one by one: what more of them did not bring is no limit behind them.
  if (breaker === undefined && isCpuFull(window, window.nowSeconds - provingSeconds) === true)
    return { memory };
  const found =
    ineffectiveCount([...known, ...recentOf(memory, window)], sharing) ??
    (breaker === undefined && shortfall && unneededBeyond(shortfall));
  if (found) {
    const waitSeconds =
      breaker === undefined ? firstWaitSeconds : Math.min(longestWaitSeconds, 2 * breaker.waitSeconds);
    const opened: Breaker = {
      sinceSeconds: breaker?.sinceSeconds ?? window.nowSeconds,
      ...found,
      limit: breaker?.limit ?? limitOf(window),
      waitSeconds,
      retryAtSeconds: window.nowSeconds + waitSeconds,
    };
    return {
      breaker: opened,
      ...(breaker === undefined && { change: { kind: 'opened', breaker: opened } }),
      memory: beyondLimit(memory, opened),
    };
  }
  if (breaker === undefined) return { memory };
  const helped = didHelp(memory, breaker, sharing);
  const waits = flow.lag.some(
    (point) => point.atSeconds > window.nowSeconds - calmSeconds && point.value >= waitingLagSeconds,
  );
  // Without a single point of lag nothing is known, and what is not known does not close it.
  const calm = !waits && flow.lag.some((point) => point.atSeconds > window.nowSeconds - calmSeconds);
  return helped || calm ? closeBreaker(breaker, memory, window.nowSeconds) : { breaker, memory };
}

/** Tasks that do less than this share of what they were taken to do were mistaken, or something has changed since. */
const mistakenShare = 0.8;

/**
 * The breaker, by what the tasks at its limit do now. Where that is less than it was opened on, it rests on a rate that was
 * measured of others, or is over: more may be tried at once, and are judged by what is true now.
 * E.g. opened because 8 tasks did 800 records/s, which 5 were taken to do as well; now 5 do 500: tried again, and 8 that
 * do 800 close it.
 */
function asSeenNow(
  breaker: Breaker,
  { saturated }: CapacityMemory,
  window: Window,
  sharing: Sharing,
): Breaker {
  const sinceSeconds = Math.max(breaker.sinceSeconds, window.nowSeconds - windowSeconds);
  const here = saturated.filter((it) => it.tasks === breaker.tasks && it.atSeconds > sinceSeconds);
  if (here.length < observationsAfter) return breaker;
  const perTask = median(here.map((it) => it.perTaskPerSecond)) ?? 0;
  const ratePerSecond = perTask * workingTasks(breaker.tasks, sharing);
  if (ratePerSecond >= mistakenShare * breaker.ratePerSecond) return breaker;
  return {
    ...breaker,
    ratePerSecond: Number(ratePerSecond.toPrecision(4)),
    waitSeconds: firstWaitSeconds,
    retryAtSeconds: window.nowSeconds,
  };
}

/** Counts are compared within the hour: what tasks did on another day, under another load, says little of today. */
function recentOf({ saturated }: CapacityMemory, { nowSeconds }: Window): readonly RateObservation[] {
  return saturated.filter((it) => it.atSeconds > nowSeconds - windowSeconds);
}

/** Whether more tasks, for minutes, do more than those did beyond which nothing was gained. */
function didHelp({ saturated }: CapacityMemory, breaker: Breaker, sharing: Sharing): boolean {
  const beyond = saturated
    .filter((it) => it.tasks > breaker.tasks)
    .map((it) => it.perTaskPerSecond * workingTasks(it.tasks, sharing));
  const ratePerSecond = median(beyond) ?? 0;
  return beyond.length >= observationsAfter && ratePerSecond > (1 + leastGainShare) * breaker.ratePerSecond;
}

/** More tasks may be added again. */
export function closeBreaker(breaker: Breaker, memory: CapacityMemory, nowSeconds: number): BreakerStep {
  return { change: { kind: 'closed', suspendedSeconds: nowSeconds - breaker.sinceSeconds }, memory };
}

/**
 * Without what was seen at the limit: slow there is the limit, not the task. The window shows the same minutes at each
 * tick, so that only what comes after the next try counts.
 */
function beyondLimit(memory: CapacityMemory, { tasks, retryAtSeconds }: Breaker): CapacityMemory {
  const saturated = memory.saturated.filter(
    (it) => it.tasks < tasks || (it.tasks > tasks && it.atSeconds > retryAtSeconds),
  );
  return { ...memory, saturated };
}

/** What the breaker was opened on, as observations. */
function atLimit(breaker: Breaker, sharing: Sharing): RateObservation[] {
  const perTaskPerSecond = breaker.ratePerSecond / workingTasks(breaker.tasks, sharing);
  const seen = { atSeconds: breaker.sinceSeconds, tasks: breaker.tasks, perTaskPerSecond };
  return Array.from({ length: observationsBefore }, () => seen);
}

const waitingLagSeconds = 10;

/**
 * The largest count beyond which more tasks did not help: with X the whole rate at each count, as it was seen at
 * saturation, the count a for which a larger b, seen later, brought less than a tenth of what it should have:
 * (X_b − X_a) ÷ (X_a · n_eff(b)/n_eff(a) − X_a) < 0.1.
 * E.g. 4 tasks did 2,000 records/s and 8 tasks do 2,040, where they should do 4,000: 40 of 2,000 is a fiftieth, so 4.
 */
export function ineffectiveCount(
  saturated: readonly RateObservation[],
  sharing: Sharing,
): { readonly tasks: number; readonly ratePerSecond: number } | undefined {
  const byTasks = [...Map.groupBy(saturated, (it) => it.tasks)]
    .map(([tasks, seen]) => ({
      tasks,
      effective: effectiveTasks(tasks, sharing),
      count: seen.length,
      atSeconds: Math.min(...seen.map((it) => it.atSeconds)),
      ratePerSecond: (median(seen.map((it) => it.perTaskPerSecond)) ?? 0) * workingTasks(tasks, sharing),
    }))
    .sort((a, b) => a.tasks - b.tasks);
  const larger = byTasks.at(-1);
  if (larger === undefined || larger.count < observationsAfter) return undefined;
  const fewer = byTasks.findLast((it) => {
    const expected = it.ratePerSecond * (larger.effective / it.effective - 1);
    const gained = larger.ratePerSecond - it.ratePerSecond;
    return (
      it.tasks < larger.tasks &&
      it.count >= observationsBefore &&
      it.atSeconds < larger.atSeconds &&
      expected >= leastExpectedGain * it.ratePerSecond &&
      gained < leastGainShare * expected
    );
  });
  return fewer && { tasks: fewer.tasks, ratePerSecond: Number(fewer.ratePerSecond.toPrecision(4)) };
}

/**
 * The count that is known to do as much as those do that wait: proof as good as a second count, where the first order
 * went past it at once. Tasks whose CPU is full wait for nothing: they have become slower, and more of them help.
 */
function unneededBeyond({
  minutes,
  full,
  tasks,
  ratePerSecond,
}: Shortfall): { readonly tasks: number; readonly ratePerSecond: number } | undefined {
  if (minutes < observationsAfter || full === true) return undefined;
  return { tasks, ratePerSecond: Number(ratePerSecond.toPrecision(4)) };
}

/** A hot partition is far behind while the others keep up; a limit downstream holds all of them. */
function limitOf({ series, nowSeconds }: Window): Extract<BottleneckKind, 'downstream' | 'hot_partition'> {
  const recent = (field: 'lagSeconds' | 'meanLagSeconds') =>
    mean((series[field] ?? []).filter((it) => it.atSeconds > nowSeconds - 600).map((it) => it.value));
  return isHot(recent('lagSeconds'), recent('meanLagSeconds')) ? 'hot_partition' : 'downstream';
}

/** The most tasks that may be asked for: as many as did as much, and when the wait is over a step more. */
export function mostWorthTrying(breaker: Breaker, nowSeconds: number, step: number): number {
  return nowSeconds >= breaker.retryAtSeconds ? stepOut(breaker.tasks, step) : breaker.tasks;
}

/**
 * A wish with no more tasks than are worth trying. Those that bring nothing can go, however much waits: that has been
 * seen, and needs no other signal's consent.
 */
export function withinBreaker(
  wish: CountWish,
  window: Window,
  breaker: Breaker | undefined,
  { scaleOutStep }: Pick<Policy, 'scaleOutStep'>,
): CountWish {
  if (breaker === undefined) return wish;
  const most = mostWorthTrying(breaker, window.nowSeconds, scaleOutStep);
  const idle = window.observation.desiredTasks > most && wish.objection !== undefined;
  if (wish.tasks <= most && !idle) return wish;
  const { objection, ...rest } = wish;
  return {
    ...rest,
    tasks: most,
    measuredTasks: most,
    limitedBy: 'breaker',
    reasonIn: 'ineffective-undone',
    confidence: confidenceOf({ ...measuredHow(window), agreement: 1, certainty: 1 }),
  };
}
