import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareAbove } from '../../../lib/simulator/meter.ts';
import {
  cheapestCounts,
  levelOf,
  type PlanningProblem,
} from '../../../lib/simulator/rivals/cheapest-counts.ts';
import { foresee } from '../../../lib/simulator/rivals/foresight.ts';
import { stepSeconds } from '../../../lib/simulator/time.ts';

const intervalSeconds = 30;
const taskRate = 500;
/** What a late record may cost where nothing may be late, seconds of one task. */
const prohibitive = 1000;

/** A load that is so many records/s in each interval, for a service whose tasks do not disturb each other. */
function problemOf(
  ratesPerSecond: readonly number[],
  { lagObjectiveSeconds = 60, maxTasks = 8, ...changes }: Partial<PlanningProblem> & Limits = {},
): PlanningProblem {
  const steps = ratesPerSecond.flatMap((rate) =>
    Array.from({ length: intervalSeconds / stepSeconds }, () => rate * stepSeconds),
  );
  const capacities = Float64Array.from({ length: maxTasks + 1 }, (_, tasks) => tasks * taskRate);
  return {
    foresight: foresee(Float64Array.from(steps), intervalSeconds, lagObjectiveSeconds),
    capacities: () => capacities,
    initialTasks: 1,
    minTasks: 1,
    startupSeconds: 60,
    canStart: () => true,
    pauseSeconds: 0,
    latePrice: prohibitive,
    ...changes,
  };
}

type Limits = { readonly lagObjectiveSeconds?: number; readonly maxTasks?: number };

const times = (count: number, rate: number) => Array.from({ length: count }, () => rate);
const countsOf = (problem: PlanningProblem) => [...cheapestCounts(problem)];

describe('the cheapest counts', () => {
  it.each([
    [400, 1],
    [500, 1],
    [540, 2],
    [1900, 4],
    [2100, 5],
  ])('of a constant load of %d records/s without a buffer are ⌈λ/X⌉ = %d', (rate, tasks) => {
    const problem = problemOf(times(20, rate), { lagObjectiveSeconds: 1, initialTasks: tasks });
    expect(countsOf(problem)).toEqual(times(20, tasks));
  });

  it('skip those that are worth no more than fewer', () => {
    // 8 even partitions: 5, 6 and 7 tasks are worth 4.
    const capacities = Float64Array.from([0, 500, 1000, 1333, 2000, 2000, 2000, 2000, 4000]);
    const problem = problemOf(times(20, 2100), {
      lagObjectiveSeconds: 1,
      initialTasks: 8,
      capacities: () => capacities,
    });
    expect(countsOf(problem)).toEqual(times(20, 8));
  });

  it('rise when the load does and not before', () => {
    const problem = problemOf([...times(6, 400), ...times(10, 1900)], { lagObjectiveSeconds: 1 });
    expect(countsOf(problem)).toEqual([...times(6, 1), ...times(10, 4)]);
  });

  it.each([
    [60, 1],
    [5, 3],
  ])('of a burst of 30 s that waits at most %d s are at most %d', (lagObjectiveSeconds, most) => {
    // 1,400 records/s for 30 s, 400 around: one task has its last record after 54 s more.
    const problem = problemOf([...times(6, 400), 1400, ...times(20, 400)], { lagObjectiveSeconds });
    expect(Math.max(...countsOf(problem))).toBe(most);
  });

  it('keep a task through a pause that is shorter than its start', () => {
    const load = [...times(5, 900), 400, ...times(5, 900)];
    const changes = { lagObjectiveSeconds: 1, initialTasks: 2 };
    expect(countsOf(problemOf(load, { ...changes, startupSeconds: 60 }))).toEqual(times(11, 2));
    expect(countsOf(problemOf(load, { ...changes, startupSeconds: 20 }))[5]).toBe(1);
  });

  it('are none where nothing comes and none is needed', () => {
    const problem = problemOf([...times(4, 0), ...times(4, 400), ...times(4, 0)], {
      minTasks: 0,
      initialTasks: 0,
      lagObjectiveSeconds: 1,
    });
    expect(countsOf(problem)).toEqual([...times(4, 0), ...times(4, 1), ...times(4, 0)]);
  });

  it('rise as soon as they can where they cannot in time, and clear what has become late', () => {
    const problem = problemOf([...times(4, 400), ...times(16, 1900)], {
      lagObjectiveSeconds: 1,
      maxTasks: 5,
      canStart: (interval) => interval >= 8,
    });
    expect(countsOf(problem).slice(0, 12)).toEqual([...times(8, 1), ...times(4, 5)]);
  });

  it('change less often where a change stops consumption', () => {
    const load = Array.from({ length: 60 }, (_, interval) => (interval % 10 < 5 ? 1900 : 1400));
    const changes = (pauseSeconds: number) => {
      const counts = countsOf(problemOf(load, { initialTasks: 4, startupSeconds: 10, pauseSeconds }));
      return counts.filter((count, interval) => count !== (counts[interval - 1] ?? 4)).length;
    };
    expect(changes(30)).toBeLessThan(changes(0));
  });

  it('leave late what costs more than it may', () => {
    const load = [...times(4, 400), ...times(4, 600), ...times(20, 400)];
    const most = (latePrice: number) =>
      Math.max(...countsOf(problemOf(load, { lagObjectiveSeconds: 10, latePrice, startupSeconds: 600 })));
    expect(most(prohibitive)).toBe(2);
    expect(most(1 / taskRate)).toBe(1);
  });

  it('cost as little as the best of all that there are', () => {
    const rates = fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(rates, (load) => {
        const problem = problemOf(load, { maxTasks: 3, latePrice: 0.01 });
        const cheapest = Math.min(...everyPlan(load.length, 3).map((counts) => costOf(problem, counts)));
        // Of the plans that come to one level only one goes on, so that a part of a percent may be lost.
        expect(costOf(problem, countsOf(problem))).toBeLessThanOrEqual(1.01 * cheapest);
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

/** Every sequence of 1 to `most` tasks. */
function everyPlan(length: number, most: number): number[][] {
  if (length === 0) return [[]];
  return everyPlan(length - 1, most).flatMap((plan) =>
    [1, 2, 3].slice(0, most).map((last) => [...plan, last]),
  );
}

/** What a plan costs, its last backlog included. */
function costOf(
  { foresight, startupSeconds, latePrice }: PlanningProblem,
  counts: readonly number[],
): number {
  const { arrived, due } = foresight;
  let [cost, backlog, before] = [0, 0, 1];
  counts.forEach((count, interval) => {
    const [from, to] = [arrived[interval]!, arrived[interval + 1]!];
    const [dueFrom, dueTo] = [due[interval]!, due[interval + 1]!];
    const left = Math.max(0, backlog + to - from - count * taskRate * intervalSeconds);
    const [overdue, overdueAfter] = [dueFrom - from + backlog, dueTo - to + left];
    cost += count * intervalSeconds + Math.max(0, count - before) * startupSeconds;
    cost += latePrice * (dueTo - dueFrom) * shareAbove(0, overdue, overdueAfter);
    cost += (Math.max(0, overdueAfter) / taskRate) * (intervalSeconds / 600);
    [backlog, before] = [left, count];
  });
  return cost + backlog / taskRate;
}

describe('the level of a backlog', () => {
  it.each([
    [0, 0],
    [1000, 1],
    [15_000, 8],
    [29_999, 14],
    [30_000, 15],
    [60_000, 16],
    [1e9, 23],
  ])('of %d records where 30,000 come in one objective is %d', (backlog, level) => {
    expect(levelOf(backlog, 30_000)).toBe(level);
  });

  it('is the last where nothing has come for so long', () => {
    expect(levelOf(100, 0)).toBe(23);
  });
});
