/** What makes n tasks worth less than n times one. */
export type Sharing = {
  /** P; absent where any task may take any record. */
  readonly partitions?: number;
  /** Share of the load of the partition that has most of it; even keys unless it is known. */
  readonly hottestShare?: number;
};

/**
 * Tasks that n tasks are worth: the stream is only as fast as the task that has most of the load.
 * E.g. 8 partitions: 4 tasks are worth 4, and so are 5, 6 and 7 (one of them still holds two); 8 are worth 8. Without
 * partitions n are worth n.
 */
export function effectiveTasks(tasks: number, sharing: Sharing): number {
  if (tasks <= 0) return 0;
  // One divided by a rounded quotient can be a hair more than there are tasks.
  return Math.min(tasks, sharing.partitions ?? tasks, 1 / heaviestLoad(tasks, sharing));
}

/**
 * The share of the load that the heaviest of n tasks has. Partitions are handed out whole, ⌈P/n⌉ to the busiest task:
 * with even keys ⌈P/n⌉/P, with a hot partition of share h at least h + (⌈P/n⌉−1)·(1−h)/(P−1), for others lie beside it.
 * E.g. 5 tasks on 8 partitions: 2/8. If one partition has 0.4 of the load: 0.4 + 1·0.6/7 = 0.486, and 8 tasks 0.4.
 */
export function heaviestLoad(tasks: number, { partitions, hottestShare }: Sharing): number {
  if (partitions === undefined) return 1 / tasks;
  const most = Math.ceil(partitions / tasks);
  const even = most / partitions;
  if (hottestShare === undefined || partitions < 2) return even;
  return Math.max(even, hottestShare + ((most - 1) * (1 - hottestShare)) / (partitions - 1));
}

/** More than any service has; a rate that is nearly nothing must not ask for infinitely many. */
const mostTasks = 100_000;
/** Where no count does, one that is worth nearly as much as the best is as good, and mostly much smaller. */
const nearlyBest = 0.9;
/** Rounding must not buy a whole task for a millionth of one. */
const rounding = 1e-6;

/** The smallest count that does, or, where none does, the smallest that is worth nearly as much as the best. */
export type TasksFor = { readonly tasks: number; readonly exhausted: boolean };

/**
 * The smallest count of tasks that is worth at least `effective`. E.g. with 8 partitions 4.2 effective tasks need 8;
 * 9 are more than there can be: 8, and exhausted. Where one of 120 partitions has a tenth of the load, 120 tasks are worth
 * 10 and 60 are worth 9.3: where 11 are asked for it is 60, and exhausted.
 */
export function tasksFor(effective: number, sharing: Sharing): TasksFor {
  const { partitions } = sharing;
  const least = Math.min(mostTasks, Math.max(0, Math.ceil(effective - rounding)));
  if (least === 0 || partitions === undefined) return { tasks: least, exhausted: false };
  const best = effectiveTasks(partitions, sharing);
  const exhausted = best < effective - rounding;
  const enough = (exhausted ? nearlyBest * best : effective) - rounding;
  let tasks = Math.max(1, Math.min(partitions, Math.ceil(enough)));
  while (tasks < partitions && effectiveTasks(tasks, sharing) < enough) tasks++;
  return { tasks, exhausted };
}
