/** σ: what tasks queue for. κ: what each must agree upon with each other. */
export type Contention = { readonly sigma: number; readonly kappa: number };

/** What makes n tasks worth less than n times one. */
export type Sharing = {
  /** P; absent where any task may take any record. */
  readonly partitions?: number;
  /** Share of the load of the partition that has most of it; even keys unless it is known. */
  readonly hottestShare?: number;
  /** None unless it shows. */
  readonly contention?: Contention;
};

/**
 * Tasks, each by itself, that n tasks are worth: those that the partitions let work, less what they take from each other.
 * E.g. 8 tasks on 8 partitions with σ = 0.02: 8 / 1.14 = 7.02.
 */
export function effectiveTasks(tasks: number, sharing: Sharing): number {
  return workingTasks(tasks, sharing) / contentionFactor(tasks, sharing.contention);
}

/**
 * What each of n tasks is slower by, 1 + σ(n−1) + κ·n(n−1): Gunther's universal scalability law.
 * E.g. σ = 0.02, κ = 0.0005, 20 tasks: 1 + 0.38 + 0.19 = 1.57.
 */
export function contentionFactor(tasks: number, contention: Contention | undefined): number {
  if (contention === undefined || tasks <= 1) return 1;
  return 1 + contention.sigma * (tasks - 1) + contention.kappa * tasks * (tasks - 1);
}

/**
 * Tasks that the partitions let work: the stream is only as fast as the task that has most of the load.
 * E.g. 8 partitions: of 4 tasks 4 work, and so of 5, 6 and 7 (one of them still holds two); 8 of 8. Without partitions
 * n of n.
 */
export function workingTasks(tasks: number, sharing: Sharing): number {
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

/** As many as a policy admits; a rate that is nearly nothing must not ask for infinitely many. */
const mostTasks = 5000;
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
  const { partitions, contention } = sharing;
  const least = Math.min(mostTasks, Math.max(0, Math.ceil(effective - rounding)));
  if (least === 0 || (partitions === undefined && contention === undefined)) {
    return { tasks: least, exhausted: false };
  }
  const most = mostUseful(sharing);
  const best = effectiveTasks(most, sharing);
  const exhausted = best < effective - rounding;
  const enough = (exhausted ? nearlyBest * best : effective) - rounding;
  let tasks = Math.max(1, Math.min(most, Math.ceil(enough)));
  while (tasks < most && effectiveTasks(tasks, sharing) < enough) tasks++;
  return { tasks, exhausted };
}

/** Beyond as many as there are partitions, or the peak of the scalability law √((1−σ)/κ), none helps. */
function mostUseful({ partitions = mostTasks, contention }: Sharing): number {
  if (contention === undefined || contention.kappa <= 0) return partitions;
  const peak = Math.sqrt(Math.max(0, 1 - contention.sigma) / contention.kappa);
  return Math.max(1, Math.min(partitions, Math.floor(peak)));
}
