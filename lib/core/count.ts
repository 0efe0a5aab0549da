import { type Sharing, type TasksFor, tasksFor } from './effective-tasks.ts';

/** The numbers of "How many tasks", all known. */
export type CountInput = {
  /** μ */
  readonly taskRatePerSecond: number;
  readonly sharing: Sharing;
  /** λ̂(h) */
  readonly loadPerSecond: number;
  /** u */
  readonly utilization: number;
  /** L̂(h) */
  readonly backlogAtHorizonRecords: number;
  /** T_c */
  readonly timeToClearSeconds: number;
  /** T_pause: the stop that a change of the count costs. */
  readonly rebalanceSeconds: number;
  /** n₀: the desired count now. */
  readonly currentTasks: number;
};

export type Count = {
  /** The smallest count that does; where the partitions admit none, as many as are worth nearly the most. */
  readonly tasks: number;
  readonly partitionsExhausted: boolean;
  /** What the load alone asks for, and what the backlog asks for on top. */
  readonly tasksForLoad: number;
  readonly tasksForBacklog: number;
};

/**
 * The smallest n with X_eff(n)·u ≥ λ̂(h) + [L̂(h) + 1(n≠n₀)·λ̂·T_pause] / T_c.
 * E.g. μ = 100, u = 0.9, λ̂ = 1,000, L̂ = 12,000, T_c = 120, no partitions, no pause: n·90 ≥ 1,000 + 100, so n = 13, of
 * which 12 are for the load.
 */
export function countTasks(input: CountInput): Count {
  const { loadPerSecond, backlogAtHorizonRecords, timeToClearSeconds, rebalanceSeconds, currentTasks } =
    input;
  const backlogPerSecond = backlogAtHorizonRecords / timeToClearSeconds;
  const pausePerSecond = (loadPerSecond * rebalanceSeconds) / timeToClearSeconds;
  const staying = smallest(input, loadPerSecond + backlogPerSecond);
  const changing = smallest(input, loadPerSecond + backlogPerSecond + pausePerSecond);
  // The pause is paid only by a change: a count that does without one may do although the same count, new, would not.
  const stays = currentTasks >= staying.tasks && currentTasks <= changing.tasks && !staying.exhausted;
  const chosen = stays ? { tasks: currentTasks, exhausted: false } : changing;
  const forLoad = Math.min(chosen.tasks, tasksForLoad(input));
  return {
    tasks: chosen.tasks,
    partitionsExhausted: chosen.exhausted,
    tasksForLoad: forLoad,
    tasksForBacklog: chosen.tasks - forLoad,
  };
}

type LoadInput = Pick<CountInput, 'taskRatePerSecond' | 'sharing' | 'utilization' | 'loadPerSecond'>;

/** The smallest n with X_eff(n)·u ≥ λ; where the partitions admit none, as many as are worth nearly the most. */
export function tasksForLoad(input: LoadInput): number {
  return smallest(input, input.loadPerSecond).tasks;
}

function smallest(
  { taskRatePerSecond, utilization, sharing }: Omit<LoadInput, 'loadPerSecond'>,
  ratePerSecond: number,
): TasksFor {
  return tasksFor(ratePerSecond / (taskRatePerSecond * utilization), sharing);
}

/** Of the lag objective, what forecast errors may use up; the rest is for what nobody foresees. */
const bufferShare = 0.5;
const lowestUtilization = 0.5;
/** A source is a little less regular than Poisson's law. */
const varianceToMean = 1.2;

/**
 * u: lag is a buffer. Two things are left for idle tasks to carry. What chance adds to the arrivals of one objective's
 * time, √(1.2/N) of N records. And what the load turns out higher by, `spread`, for as long as it takes to see that and
 * to start tasks, as far as the lag that it makes, spread · reaction, is more than half of the objective.
 * E.g. a spread of 0.3, an objective of 60 s, a reaction of 180 s, 500 records/s and u at most 1:
 * 1 − √(1.2/30,000) = 0.994; 0.3 − 0.5·60/180 = 0.133 is left to be carried; u = 0.994/1.133 = 0.877. With a spread of
 * 0.1 nothing is left, and u = 0.994.
 */
export function utilizationFor(
  highest: number,
  spread: number,
  loadPerSecond: number,
  lagObjectiveSeconds: number,
  reactionSeconds: number,
): number {
  const chance = Math.sqrt(varianceToMean / Math.max(1, loadPerSecond * lagObjectiveSeconds));
  const absorbed = (bufferShare * lagObjectiveSeconds) / Math.max(1, reactionSeconds);
  const carried = Math.max(0, spread - absorbed);
  return Math.max(lowestUtilization, (highest - chance) / (1 + carried));
}

/**
 * T_c = max(objective − lag − h, catch-up): the time left to clear the backlog, and no less than the policy's, since
 * today's backlog over a strict rest would buy tasks that are idle when they come.
 * E.g. an objective of 600 s, 100 s of lag, a horizon of 120 s: 380 s. With 590 s of lag: the catch-up time.
 */
export function timeToClear(
  lagObjectiveSeconds: number,
  lagSeconds: number,
  horizonSeconds: number,
  catchUpSeconds: number,
): number {
  return Math.max(lagObjectiveSeconds - lagSeconds - horizonSeconds, catchUpSeconds);
}
