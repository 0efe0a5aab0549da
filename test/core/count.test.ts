import { describe, expect, it } from 'vitest';
import { type CountInput, countTasks, timeToClear, utilizationFor } from '../../lib/core/count.ts';

describe('countTasks', () => {
  const worked: CountInput = {
    taskRatePerSecond: 100,
    sharing: {},
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
    ['12 partitions of 13 needed', { sharing: { partitions: 12 } }, 12],
    ['18 partitions: 13 tasks would be worth nine', { sharing: { partitions: 18 } }, 18],
  ])('%s: %j', (_, input, expected) => {
    expect(countTasks({ ...worked, ...input }).tasks).toBe(expected);
  });

  it('says when the partitions do not admit what is needed', () => {
    expect(countTasks({ ...worked, sharing: { partitions: 12 } })).toMatchObject({
      tasks: 12,
      partitionsExhausted: true,
    });
    expect(countTasks({ ...worked, sharing: { partitions: 18 } }).partitionsExhausted).toBe(false);
  });

  it('splits the count into load and backlog, whatever it is', () => {
    for (const backlogAtHorizonRecords of [0, 1, 5000, 1e9]) {
      for (const partitions of [1, 7, 40]) {
        for (const currentTasks of [0, 5, 40]) {
          const count = countTasks({
            ...worked,
            backlogAtHorizonRecords,
            sharing: { partitions },
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
