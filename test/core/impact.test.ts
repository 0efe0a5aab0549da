import { describe, expect, it } from 'vitest';
import { estimateImpact, type ImpactModel } from '../../lib/core/impact.ts';

const stream = {
  taskRatePerSecond: 200,
  loadPerSecond: 1000,
  backlogAtHorizonRecords: 30_000,
  timeToClearSeconds: 120,
};

describe('estimateImpact', () => {
  it('the worked number: from 4 to 6 tasks', () => {
    expect(estimateImpact({ cpuPercent: 90, stream }, 4, 6)).toEqual({
      cpuPercentBefore: 90,
      cpuPercentAfter: 60,
      lagSecondsBefore: 30,
      lagSecondsAfter: 6,
      taskHoursPerDay: 48,
      costShare: 0.5,
    });
  });

  it.each<[string, ImpactModel, number, number, Record<string, number>]>([
    ['of a model that knows nothing: the cost alone', {}, 4, 2, { taskHoursPerDay: -48, costShare: -0.5 }],
    ['from no task at all', {}, 0, 3, { taskHoursPerDay: 72, costShare: 3 }],
    ['from no task at all there is no CPU', { cpuPercent: 5 }, 0, 3, { taskHoursPerDay: 72, costShare: 3 }],
    ['to no task at all there is none', { cpuPercent: 5 }, 3, 0, { taskHoursPerDay: -72, costShare: -1 }],
    [
      'CPU ends at 100 %',
      { cpuPercent: 80 },
      4,
      2,
      { cpuPercentBefore: 80, cpuPercentAfter: 100, taskHoursPerDay: -48, costShare: -0.5 },
    ],
    [
      'tasks without a partition bring nothing',
      { cpuPercent: 80, sharing: { partitions: 8 } },
      4,
      7,
      { cpuPercentBefore: 80, cpuPercentAfter: 80, taskHoursPerDay: 72, costShare: 0.75 },
    ],
    [
      'a load of nothing has no lag, and not an infinite one',
      { stream: { ...stream, loadPerSecond: 0 } },
      4,
      5,
      { taskHoursPerDay: 24, costShare: 0.25 },
    ],
    [
      'a backlog that is cleared has none, and not a negative one',
      { stream },
      4,
      20,
      { lagSecondsBefore: 30, lagSecondsAfter: 0, taskHoursPerDay: 384, costShare: 4 },
    ],
    [
      'too few tasks: the lag grows on',
      { stream },
      4,
      3,
      { lagSecondsBefore: 30, lagSecondsAfter: 78, taskHoursPerDay: -24, costShare: -0.25 },
    ],
  ])('%s', (_, model, from, to, expected) => expect(estimateImpact(model, from, to)).toEqual(expected));
});
