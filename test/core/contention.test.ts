import { describe, expect, it } from 'vitest';
import { fitContention, withRate } from '../../lib/core/contention.ts';
import { contentionFactor } from '../../lib/core/effective-tasks.ts';
import type { RateByTasks } from '../../lib/core/loop-state.ts';

/** What tasks of 500 records/s do by the law, in so many minutes at each count. */
const byLaw = (counts: readonly number[], sigma: number, kappa: number, minutes = 10): RateByTasks[] =>
  counts.map((tasks) => ({
    tasks,
    perTaskPerSecond: 500 / contentionFactor(tasks, { sigma, kappa }),
    minutes,
  }));

describe('fitContention', () => {
  it('the worked number: 500, 455 and 357 records/s each where 1, 6 and 21 run', () => {
    const seen = [
      [1, 500],
      [6, 455],
      [21, 357],
    ].map(([tasks = 0, perTaskPerSecond = 0]) => ({ tasks, perTaskPerSecond, minutes: 10 }));
    expect(fitContention(seen)?.sigma).toBeCloseTo(0.02, 3);
    expect(fitContention(seen)?.kappa).toBe(0);
  });

  it('both, where the peak lies near what was seen', () => {
    const fitted = fitContention(byLaw([1, 5, 10, 20, 30], 0.02, 0.001));
    expect(fitted?.sigma).toBeCloseTo(0.02, 6);
    expect(fitted?.kappa).toBeCloseTo(0.001, 6);
  });

  it('no peak far beyond every count that was seen: it would forbid what nobody has tried', () => {
    expect(fitContention(byLaw([1, 5, 10], 0.02, 0.001))?.kappa).toBe(0);
  });

  it.each<[string, RateByTasks[]]>([
    ['tasks that do not get into each other’s way', byLaw([1, 5, 10, 20], 0, 0)],
    ['what is noise', byLaw([1, 5, 10, 20], 0.004, 0)],
    ['more that do better each', byLaw([1, 5, 10, 20], -0.01, 0)],
    ['two counts', byLaw([1, 20], 0.05, 0)],
    ['counts close together', byLaw([11, 12, 13, 14], 0.05, 0)],
    ['few minutes', byLaw([1, 5, 10, 20], 0.05, 0, 2)],
    ['nothing', []],
  ])('none: %s', (_, seen) => expect(fitContention(seen)).toBeUndefined());
});

describe('withRate', () => {
  it('is the mean over the minutes of a count', () => {
    const seen = [100, 200, 300].reduce<readonly RateByTasks[]>(
      (known, rate) => withRate(known, 4, rate),
      [],
    );
    expect(seen).toEqual([{ tasks: 4, perTaskPerSecond: 200, minutes: 3 }]);
  });

  it('follows a change within its memory', () => {
    let seen: readonly RateByTasks[] = [{ tasks: 4, perTaskPerSecond: 200, minutes: 20 }];
    for (let minute = 0; minute < 60; minute++) seen = withRate(seen, 4, 100);
    expect(seen[0]!.perTaskPerSecond).toBeLessThan(106);
  });

  it('is bounded: the count that was seen least goes first', () => {
    let seen: readonly RateByTasks[] = [];
    for (let tasks = 1; tasks <= 30; tasks++) {
      seen = withRate(withRate(seen, tasks, 100), tasks, 100);
      if (tasks === 3) seen = withRate(seen, 3, 100);
    }
    expect(seen).toHaveLength(24);
    expect(seen.map((it) => it.tasks)).toContain(3);
    expect(seen.map((it) => it.tasks)).toContain(30);
  });
});
