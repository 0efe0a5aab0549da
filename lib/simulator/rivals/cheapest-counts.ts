import { shareAbove } from '../meter.ts';
import type { Foresight } from './foresight.ts';

/** What a plan has to do with. Seconds, records/s; costs in seconds of one task. */
export type PlanningProblem = {
  readonly foresight: Foresight;
  /** What n tasks keep up with in an interval, for each n up to the most that make sense. */
  capacities(interval: number): Float64Array;
  readonly initialTasks: number;
  readonly minTasks: number;
  /** A task is paid for so long before it is ready. */
  readonly startupSeconds: number;
  /** Whether tasks that were asked for can be ready at the beginning of an interval. */
  canStart(interval: number): boolean;
  /** How long consumption stops after a change of the count; at most an interval. */
  readonly pauseSeconds: number;
  /** Seconds of one task that a record may cost, so as not to be late. */
  readonly latePrice: number;
};

/** Work that is late goes on: an overdue record that waits so much longer costs as much as to process it once more. */
const overduePatienceSeconds = 600;

/** How many backlogs are told apart for each count: none, parts of what arrives in one objective, multiples of it. */
const linearLevels = 14;
const levels = 24;

/**
 * How many tasks run in each interval so that tasks and late records together cost least: dynamic programming over
 * (count, backlog), one queue, first in, first out. To each count there are 24 levels of backlog; of the plans that come
 * to the same level the best goes on, with its own exact backlog, so that rounding never adds up. A plan's merit is what
 * it has cost and what its backlog takes one task. Going from n to more tasks costs each one's start-up, to fewer
 * nothing, so the best way to each count takes two sweeps, not one for each pair.
 *
 * Richard Bellman, Dynamic Programming, 1957, chapter III.
 */
export function cheapestCounts(problem: PlanningProblem): Int16Array {
  const { foresight, initialTasks } = problem;
  const size = problem.capacities(0).length * levels;
  /** For each interval and state at its end, the state at its beginning. */
  const cameFrom = new Int16Array(size * foresight.intervals).fill(-1);
  let front = createFront(size);
  let next = createFront(size);
  const moved = createFront(size);
  front.cost[initialTasks * levels] = 0;
  for (let interval = 0; interval < foresight.intervals; interval++) {
    const origins = cameFrom.subarray(interval * size, (interval + 1) * size);
    moveCounts(problem, interval, front, moved);
    next.cost.fill(Number.POSITIVE_INFINITY);
    if (problem.pauseSeconds > 0) serve(problem, interval, front, undefined, next, origins);
    serve(problem, interval, moved, moved.origin, next, origins);
    [front, next] = [next, front];
  }
  return trace(cameFrom, size, bestEnd(problem, front), foresight.intervals);
}

/** The best plan so far to each state: what it has cost, and its backlog. */
type Front = { readonly cost: Float64Array; readonly backlog: Float64Array; readonly origin: Int16Array };

function createFront(size: number): Front {
  return {
    cost: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    backlog: new Float64Array(size),
    origin: new Int16Array(size),
  };
}

/** What one record in the backlog takes, at the least: a share of one task's time. */
const secondsPerRecord = (capacities: Float64Array) => 1 / (capacities[1] ?? 1);

/** The best way to each count at an interval's beginning: from more tasks, from fewer, or from as many. */
function moveCounts(problem: PlanningProblem, interval: number, from: Front, to: Front): void {
  const capacities = problem.capacities(interval);
  const perRecord = secondsPerRecord(capacities);
  const startup = problem.canStart(interval) ? problem.startupSeconds : Number.POSITIVE_INFINITY;
  for (let level = 0; level < levels; level++) {
    const sweep = (first: number, last: number, stride: number, costPerTask: number) => {
      let [cost, backlog, origin] = [Number.POSITIVE_INFINITY, 0, -1];
      for (let count = first; count !== last + stride; count += stride) {
        const state = count * levels + level;
        if (cost < Number.POSITIVE_INFINITY) cost += costPerTask;
        const own = from.cost[state] ?? 0;
        if (own + (from.backlog[state] ?? 0) * perRecord <= cost + backlog * perRecord) {
          [cost, backlog, origin] = [own, from.backlog[state] ?? 0, state];
        }
        const best = (to.cost[state] ?? 0) + (to.backlog[state] ?? 0) * perRecord;
        if (stride < 0 || cost + backlog * perRecord < best) {
          to.cost[state] = cost;
          to.backlog[state] = backlog;
          to.origin[state] = origin;
        }
      }
    };
    sweep(capacities.length - 1, problem.minTasks, -1, 0);
    sweep(problem.minTasks, capacities.length - 1, 1, startup);
  }
}

/** Plays an interval for each state; the plans that have just changed their count pause first. */
function serve(
  { foresight, capacities: capacitiesOf, minTasks, pauseSeconds, latePrice }: PlanningProblem,
  interval: number,
  from: Front,
  origin: Int16Array | undefined,
  to: Front,
  origins: Int16Array,
): void {
  const { arrived, due, intervalSeconds } = foresight;
  const capacities = capacitiesOf(interval);
  const perRecord = secondsPerRecord(capacities);
  const [before, after] = [arrived[interval] ?? 0, arrived[interval + 1] ?? 0];
  const [dueBefore, dueAfter] = [due[interval] ?? 0, due[interval + 1] ?? 0];
  const workSeconds = intervalSeconds - (origin === undefined ? 0 : pauseSeconds);
  for (let count = minTasks; count < capacities.length; count++) {
    const most = (capacities[count] ?? 0) * workSeconds;
    for (let level = 0; level < levels; level++) {
      const state = count * levels + level;
      let cost = from.cost[state] ?? 0;
      if (cost === Number.POSITIVE_INFINITY) continue;
      const backlog = from.backlog[state] ?? 0;
      const waiting = backlog + after - before;
      const left = waiting > most ? waiting - most : 0;
      cost += count * intervalSeconds;
      const [overdueBefore, overdueAfter] = [dueBefore - before + backlog, dueAfter - after + left];
      if (overdueBefore > 0 || overdueAfter > 0) {
        cost += latePrice * (dueAfter - dueBefore) * shareAbove(0, overdueBefore, overdueAfter);
        if (overdueAfter > 0) cost += overdueAfter * perRecord * (intervalSeconds / overduePatienceSeconds);
      }
      const reached = count * levels + levelOf(left, after - dueAfter);
      const best = (to.cost[reached] ?? 0) + (to.backlog[reached] ?? 0) * perRecord;
      if (cost + left * perRecord >= best) continue;
      to.cost[reached] = cost;
      to.backlog[reached] = left;
      origins[reached] = origin === undefined ? state : (origin[state] ?? -1);
    }
  }
}

/** The level of a backlog, by its share of what arrives in one lag objective. E.g. half of it: level 8. */
export function levelOf(backlog: number, perObjective: number): number {
  if (backlog < 0.5) return 0;
  const share = backlog / perObjective;
  if (share < 1) return 1 + Math.floor(share * linearLevels);
  return Math.min(levels - 1, 1 + linearLevels + Math.floor(Math.log2(share)));
}

/** The state to end in. */
function bestEnd({ foresight, capacities }: PlanningProblem, { cost, backlog }: Front): number {
  const perRecord = secondsPerRecord(capacities(foresight.intervals - 1));
  let [best, bestState] = [Number.POSITIVE_INFINITY, 0];
  cost.forEach((own, state) => {
    const total = own + (backlog[state] ?? 0) * perRecord;
    if (total < best) [best, bestState] = [total, state];
  });
  return bestState;
}

/** The counts of the plan that ends in a state. */
function trace(cameFrom: Int16Array, size: number, end: number, intervals: number): Int16Array {
  const counts = new Int16Array(intervals);
  let state = end;
  for (let interval = intervals - 1; interval >= 0; interval--) {
    counts[interval] = Math.floor(state / levels);
    state = cameFrom[interval * size + state] ?? 0;
  }
  return counts;
}
