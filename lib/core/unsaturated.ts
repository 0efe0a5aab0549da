import type { Point } from '../contract/measurement.ts';
import { workingTasks } from './effective-tasks.ts';
import type { RateObservation } from './loop-state.ts';
import type { Flow } from './rates.ts';
import type { TaskCount, Window } from './window.ts';

/** Tasks count as saturated while what waits would take each of them this long. Polling alone makes lag of a second or two. */
export const saturatedLagSeconds = 10;

/** A minute in which the tasks kept up. */
export type SeenRate = {
  readonly atSeconds: number;
  readonly tasks: number;
  readonly perTaskPerSecond: number;
  readonly atLeastPerSecond: number;
};

/**
 * λ per task in each minute in which the tasks kept up: then what arrives is what they process. Whether they did shows
 * in the minute after it, for a load that jumps in the last seconds has not made lag yet. What arrived in 60 s was
 * processed in 60 s and the lag of the next minute, or sooner.
 * E.g. 4 tasks, 800 records/s, and 9 s of lag in the next minute: at least 200 · 60/69 = 173.9 records/s each.
 */
export function unsaturatedRates(
  window: Window,
  flow: Flow,
  revision: string,
  partitions: number | undefined,
): SeenRate[] {
  const lag = new Map(flow.lag.map((point) => [Math.round(point.atSeconds / 60), point.value]));
  const runningAt = runningCounts(window.taskCounts, revision);
  const seen: SeenRate[] = [];
  for (const point of flow.arrivals) {
    const minute = Math.round(point.atSeconds / 60);
    const behind = lag.get(minute);
    const behindAfter = lag.get(minute + 1);
    if (behind === undefined || behindAfter === undefined) continue;
    if (Math.max(behind, behindAfter) >= saturatedLagSeconds) continue;
    const tasks = runningAt(point);
    if (tasks !== undefined && tasks > 0) {
      const heaviestPerSecond =
        point.value / workingTasks(tasks, partitions === undefined ? {} : { partitions });
      const atLeastPerSecond = (heaviestPerSecond * 60) / (60 + behindAfter);
      seen.push({
        atSeconds: point.atSeconds,
        tasks,
        perTaskPerSecond: point.value / tasks,
        atLeastPerSecond,
      });
    }
  }
  return seen;
}

/**
 * Consuming count during a minute, if ECS said the same at its start and its end, and no task failed in between. Minutes
 * must be asked for in the order in which they come.
 */
function runningCounts(counts: readonly TaskCount[], revision: string): (point: Point) => number | undefined {
  const isSettled = (count: TaskCount) => count.revision === revision && !count.deploying;
  let [end, start] = [0, -1];
  return (point) => {
    while (end < counts.length && (counts[end]?.atSeconds ?? 0) < point.atSeconds) end++;
    while (start + 1 < end && (counts[start + 1]?.atSeconds ?? 0) <= point.atSeconds - 60) start++;
    const [before, after] = [counts[start], counts[end]];
    if (before === undefined || after === undefined) return undefined;
    const same = before.runningTasks === after.runningTasks && isSettled(before) && isSettled(after);
    if (!same || counts.slice(start + 1, end + 1).some((it) => it.disturbed)) return undefined;
    return after.runningTasks;
  };
}

/**
 * What each of the tasks could do if its CPU was full, in the minutes in which they kept up and their CPU is known:
 * μ = λ / (n · busy), busy = CPU ÷ CPU when full.
 */
export function busyRates(
  window: Window,
  seen: readonly SeenRate[],
  saturatedCpuPercent: number,
  leastCpuPercent = 1,
): RateObservation[] {
  const cpu = new Map(
    (window.series.cpuPercent ?? []).map((point) => [Math.round(point.atSeconds / 60), point.value]),
  );
  const rates: RateObservation[] = [];
  for (const it of seen) {
    const percent = cpu.get(Math.round(it.atSeconds / 60));
    // The idle load of the process itself makes this too low where there is little to do, and never too high.
    if (percent !== undefined && percent > leastCpuPercent)
      rates.push({ ...it, perTaskPerSecond: it.perTaskPerSecond * (saturatedCpuPercent / percent) });
  }
  return rates;
}
