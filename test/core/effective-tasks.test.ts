import { describe, expect, it } from 'vitest';
import { effectiveTasks, heaviestLoad, type Sharing, tasksFor } from '../../lib/core/effective-tasks.ts';

const of = (partitions: number | undefined, hottestShare?: number): Sharing => ({
  ...(partitions !== undefined && { partitions }),
  ...(hottestShare !== undefined && { hottestShare }),
});

describe('effectiveTasks', () => {
  it.each([
    ['the worked number: 4 tasks on 8 partitions', 4, 8, 4],
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
    expect(effectiveTasks(tasks, of(partitions))).toBeCloseTo(expected, 10);
  });

  it.each([undefined, 0.3])('never falls with another task; the hottest share is %s', (hottestShare) => {
    for (let partitions = 1; partitions <= 60; partitions++) {
      const sharing = of(partitions, hottestShare);
      for (let tasks = 1; tasks <= 70; tasks++) {
        const more = effectiveTasks(tasks, sharing);
        expect(more).toBeGreaterThanOrEqual(effectiveTasks(tasks - 1, sharing));
        expect(more).toBeLessThanOrEqual(Math.min(tasks, partitions));
      }
    }
  });
});

describe('heaviestLoad', () => {
  it.each([
    ['the worked number: even keys', 5, of(8), 2 / 8],
    ['the worked number: a hot partition with another one beside it', 5, of(8, 0.4), 0.4 + 0.6 / 7],
    ['the worked number: a task for it alone', 8, of(8, 0.4), 0.4],
    ['a hottest share that is no more than even', 5, of(8, 0.125), 2 / 8],
    ['one partition has everything', 3, of(1, 1), 1],
  ])('%s', (_, tasks, sharing, expected) => expect(heaviestLoad(tasks, sharing)).toBeCloseTo(expected, 10));
});

describe('tasksFor', () => {
  it.each<[string, number, Sharing, number, boolean]>([
    ['the worked number: 4.2 of 8', 4.2, of(8), 8, false],
    ['the worked number: 9 are more than there can be', 9, of(8), 8, true],
    ['the worked number: a tenth in one of 120', 11, of(120, 0.1), 60, true],
    ['exactly 4 of 8', 4, of(8), 4, false],
    ['a millionth more buys no task', 4.0000001, of(8), 4, false],
    ['2.5 of 8: three hold 3, 3 and 2', 2.5, of(8), 3, false],
    ['2.7 of 8: four', 2.7, of(8), 4, false],
    ['a hot partition: what 7 tasks are worth', 4.2, of(120, 0.1075), 7, false],
    ['without partitions', 4.2, of(undefined), 5, false],
    ['nothing', 0, of(8), 0, false],
    ['nearly infinitely many', 1e12, of(undefined), 5000, false],
  ])('%s', (_, effective, sharing, tasks, exhausted) => {
    expect(tasksFor(effective, sharing)).toEqual({ tasks, exhausted });
  });

  it.each([undefined, 0.2])(
    'is the smallest count that is worth so much; the hottest share is %s',
    (hottest) => {
      for (let partitions = 2; partitions <= 40; partitions++) {
        const sharing = of(partitions, hottest);
        for (let effective = 0.3; effective <= effectiveTasks(partitions, sharing); effective += 0.3) {
          const { tasks } = tasksFor(effective, sharing);
          expect(effectiveTasks(tasks, sharing)).toBeGreaterThanOrEqual(effective - 1e-6);
          expect(effectiveTasks(tasks - 1, sharing)).toBeLessThan(effective);
        }
      }
    },
  );
});
