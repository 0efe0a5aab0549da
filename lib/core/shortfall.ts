import { provenRate, sharingOf } from './capacity.ts';
import { isCpuFull } from './cpu-full.ts';
import { contentionFactor, tasksFor, workingTasks } from './effective-tasks.ts';

import type { CapacityMemory } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import { median } from './statistics.ts';
import type { SeenRate } from './unsaturated.ts';
import type { Window } from './window.ts';

/** Tasks behind which much waits do much less, all together, than so many are known to do. */
export type Shortfall = {
  /** How many minutes have shown it. */
  readonly minutes: number;
  /** What they do, and the fewest tasks that are known to do as much. */
  readonly ratePerSecond: number;
  readonly tasks: number;
  /** Whether their CPU says that they are full, or that they wait for something. Unknown without one of these minutes. */
  readonly full?: boolean;
};

const recentSeconds = 900;
/** Less than this share of what they should do is no chance, and no forecast gone wrong. */
const shortShare = 0.7;
/** So many times as many as would do are no rounding. */
const clearlyMore = 1.3;

/**
 * What the saturated minutes at the present count fall short of: the rate that a task has been seen to have at another
 * count, or while it kept up. What its CPU lets one guess proves nothing: a task that waits for its network is full at 40 %.
 * E.g. 20 tasks of 200 records/s behind which records wait do 1,000 records/s, at 22 % of CPU: 5 are known to do as
 * much, and what holds them lies behind them.
 */
export function shortfallOf(
  window: Window,
  memory: CapacityMemory,
  context: ServiceContext,
  seen: readonly SeenRate[],
): Shortfall | undefined {
  const { nowSeconds, observation } = window;
  const isHere = (it: CapacityMemory['saturated'][number]) =>
    it.tasks === observation.runningTasks && it.atSeconds > nowSeconds - recentSeconds;
  const here = memory.saturated.filter(isHere);
  if (here.length === 0) return undefined;
  const elsewhere = { ...memory, saturated: memory.saturated.filter((it) => !isHere(it)) };
  const known = provenRate(elsewhere, context, seen);
  if (known === undefined) return undefined;
  const sharing = sharingOf(memory, context);
  const due = (shortShare * known) / contentionFactor(observation.runningTasks, sharing.contention);
  if (here.some((it) => it.perTaskPerSecond >= due)) return undefined;
  const perTask = median(here.map((it) => it.perTaskPerSecond)) ?? 0;
  const ratePerSecond = perTask * workingTasks(observation.runningTasks, sharing);
  const full = isCpuFull(window, here[0]?.atSeconds ?? nowSeconds);
  const tasks = Math.max(1, tasksFor(ratePerSecond / known, sharing).tasks);
  if (observation.runningTasks < clearlyMore * tasks) return undefined;
  return {
    minutes: here.length,
    ratePerSecond,
    tasks,
    ...(full !== undefined && { full }),
  };
}
