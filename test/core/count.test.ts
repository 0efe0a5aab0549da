import { describe, expect, it } from 'vitest';
import { effectiveTasks, tasksFor } from '../../lib/core/capacity.ts';
import { type CountInput, countTasks, timeToClear, utilizationFor } from '../../lib/core/count.ts';

describe('effectiveTasks', () => {
  it.each([
    ['4 tasks on 8 partitions', 4, 8, 4],
    ['5: one of them still holds two', 5, 8, 4],
    ['7: likewise', 7, 8, 4],
    ['8', 8, 8, 8],
    ['more than partitions', 20, 8, 8],
    ['3: one holds three', 3, 8, 8 / 3],
    ['none', 0, 8, 0],
    ['one partition', 5, 1, 1],
    ['without partitions', 5, undefined, 5],
    ['none without partitions', 0, undefined, 0],
  ])('%s: %d on %s are worth %d', (_, tasks, partitions, expected) => {
    expect(effectiveTasks(tasks, partitions)).toBeCloseTo(expected, 10);
  });

  it('never falls with another task', () => {
    for (let partitions = 1; partitions <= 60; partitions++) {
      for (let tasks = 1; tasks <= 70; tasks++) {
        const more = effectiveTasks(tasks, partitions);
        expect(more).toBeGreaterThanOrEqual(effectiveTasks(tasks - 1, partitions));
        expect(more).toBeLessThanOrEqual(Math.min(tasks, partitions));
      }
    }
  });
});

describe('tasksFor', () => {
  it.each([
    ['the worked number: 4.2 of 8', 4.2, 8, 8],
    ['exactly 4 of 8', 4, 8, 4],
    ['a millionth more buys no task', 4.0000001, 8, 4],
    ['2.5 of 8: three hold 3, 3 and 2', 2.5, 8, 3],
    ['2.7 of 8: four', 2.7, 8, 4],
    ['all of them', 8, 8, 8],
    ['more than there are', 8.1, 8, undefined],
    ['nothing', 0, 8, 0],
    ['less than nothing', -3, 8, 0],
    ['nearly nothing', 1e-9, 8, 0],
    ['without partitions', 4.2, undefined, 5],
    ['nothing, without partitions', 0, undefined, 0],
    ['without bounds at all', Number.POSITIVE_INFINITY, undefined, 100_000],
  ])('%s: %d of %s need %s', (_, effective, partitions, expected) => {
    expect(tasksFor(effective, partitions)).toBe(expected);
  });

  it('is the smallest count that is worth it', () => {
    for (let partitions = 1; partitions <= 40; partitions++) {
      for (let effective = 0.1; effective <= partitions; effective += 0.37) {
        const tasks = tasksFor(effective, partitions)!;
        expect(effectiveTasks(tasks, partitions)).toBeGreaterThanOrEqual(effective - 1e-6);
        expect(effectiveTasks(tasks - 1, partitions)).toBeLessThan(effective);
      }
    }
  });
});

describe('countTasks', () => {
  const worked: CountInput = {
    taskRatePerSecond: 100,
    loadPerSecond: 1000,
    utilization: 0.9,
    backlogAtHorizonRecords: 12_000,
    timeToClearSeconds: 120,
    rebalanceSeconds: 0,
    currentTasks: 10,
  };

  it('the worked number: 13, of which 12 are for the load', () => {
    expect(countTasks(worked)).toEqual({
      tasks: 13,
      partitionsExhausted: false,
      tasksForLoad: 12,
      tasksForBacklog: 1,
    });
  });

  it.each<[string, Partial<CountInput>, number]>([
    ['no load and no backlog', { loadPerSecond: 0, backlogAtHorizonRecords: 0 }, 0],
    ['no load, a backlog', { loadPerSecond: 0 }, 2],
    ['one record', { loadPerSecond: 0, backlogAtHorizonRecords: 1 }, 1],
    ['from no task at all', { currentTasks: 0 }, 13],
    // A change costs 1,000 · 60 records more, which is 500 a second: (1,000 + 100 + 500) / 90 = 17.8.
    ['a pause that a change costs', { rebalanceSeconds: 60 }, 18],
    ['a count that does without a change stays', { rebalanceSeconds: 60, currentTasks: 14 }, 14],
    ['the largest such count stays', { rebalanceSeconds: 60, currentTasks: 18 }, 18],
    ['a count beyond that falls to what it takes', { rebalanceSeconds: 60, currentTasks: 19 }, 18],
    ['12 partitions of 13 needed', { partitions: 12 }, 12],
    ['18 partitions: 13 tasks would be worth nine', { partitions: 18 }, 18],
  ])('%s: %j', (_, input, expected) => {
    expect(countTasks({ ...worked, ...input }).tasks).toBe(expected);
  });

  it('says when the partitions do not admit what is needed', () => {
    expect(countTasks({ ...worked, partitions: 12 })).toMatchObject({ tasks: 12, partitionsExhausted: true });
    expect(countTasks({ ...worked, partitions: 18 }).partitionsExhausted).toBe(false);
  });

  it('splits the count into load and backlog, whatever it is', () => {
    for (const backlogAtHorizonRecords of [0, 1, 5000, 1e9]) {
      for (const partitions of [1, 7, 40]) {
        for (const currentTasks of [0, 5, 40]) {
          const count = countTasks({
            ...worked,
            backlogAtHorizonRecords,
            partitions,
            currentTasks,
            rebalanceSeconds: 30,
          });
          expect(count.tasksForLoad + count.tasksForBacklog).toBe(count.tasks);
          expect(count.tasksForBacklog).toBeGreaterThanOrEqual(0);
          expect(count.tasks).toBeLessThanOrEqual(partitions);
        }
      }
    }
  });
});

describe('utilizationFor', () => {
  it.each([
    ['the worked number', 1, 0.3, 500, 60, 180, 0.877],
    ['the worked number: a spread of 0.1 is absorbed', 1, 0.1, 500, 60, 180, 0.994],
    ['an objective of 300 s absorbs it all', 1, 0.3, 500, 300, 180, 0.997],
    ['ten records/s: chance makes more of a few', 1, 0, 10, 60, 180, 0.955],
    ['an objective that prefers idle tasks', 0.9, 0, 500, 60, 180, 0.894],
    ['a load that doubles, and no time', 1, 1, 500, 5, 3600, 0.5],
    ['nothing arrives', 1, 0, 0, 60, 180, 0.5],
    ['no reaction time at all', 1, 0.5, 500, 60, 0, 0.994],
  ])('%s', (_, highest, spread, load, objective, reaction, expected) => {
    expect(utilizationFor(highest, spread, load, objective, reaction)).toBeCloseTo(expected, 3);
  });
});

describe('timeToClear', () => {
  it.each([
    ['the worked number', 600, 100, 120, 380],
    ['590 s of lag leave less than the catch-up time', 600, 590, 120, 120],
    ['lag above the objective', 60, 900, 120, 120],
    ['start-up longer than the objective', 60, 0, 300, 120],
  ])('%s', (_, objective, lag, horizon, expected) => {
    expect(timeToClear(objective, lag, horizon, 120)).toBe(expected);
  });
});
