import { describe, expect, it } from 'vitest';
import { agentFlowOf } from '../../lib/core/agent-flow.ts';
import { busyRatesOf } from '../../lib/core/busy.ts';
import type { ServiceObservation } from '../../lib/core/sample.ts';
import { noon } from '../control/world.ts';
import { type Report, windowOfReports } from '../support/reports.ts';
import { repeated } from '../support/windows.ts';

const report: Report = {
  arrivalsPerSecond: 800,
  processedPerSecond: 800,
  backlogRecords: 0,
  lagSeconds: 0,
  busyShare: 0.4,
};

const ratesOf = (
  reports: readonly (Report | undefined)[],
  observed: (minutesAgo: number) => Partial<ServiceObservation> = () => ({}),
  disturbedMinutesAgo?: number,
) => {
  const seen = windowOfReports(reports, { observed });
  const taskCounts = seen.taskCounts.map((it) =>
    it.atSeconds === noon - 60 * (disturbedMinutesAgo ?? -1) ? { ...it, disturbed: true as const } : it,
  );
  const window = { ...seen, taskCounts };
  return busyRatesOf(window, agentFlowOf(window)!, 60);
};

describe('busyRatesOf', () => {
  it('the worked number: 4 tasks that are busy for 0.4 of their time process 800 records/s: 500 each', () => {
    const rates = ratesOf(repeated(report, 36));
    expect(rates.at(-1)).toEqual({ atSeconds: noon, tasks: 4, perTaskPerSecond: expect.closeTo(500, 9) });
    // Of the first of the six minutes it is not known what waited before.
    expect(rates.map((it) => it.atSeconds)).toEqual([4, 3, 2, 1, 0].map((it) => noon - 60 * it));
  });

  it('the same of an hour, thinned or not', () => {
    const rates = ratesOf(repeated(report, 360));
    expect(rates.length).toBeGreaterThanOrEqual(56);
    for (const it of rates) expect(it.perTaskPerSecond).toBeCloseTo(500, 9);
  });

  it.each<[string, Report]>([
    ['tasks that are nearly idle', { ...report, busyShare: 0.19 }],
    ['partitions that change hands', { arrivalsPerSecond: 800, processedPerSecond: 100, busyShare: 0.4 }],
  ])('nothing from %s', (_, other) => {
    expect(ratesOf([...repeated(report, 30), ...repeated(other, 6)]).at(-1)?.atSeconds).toBe(noon - 60);
  });

  it('nothing where nobody said how busy the tasks were', () => {
    const { busyShare, ...unsaid } = report;
    expect(ratesOf(repeated(unsaid, 36))).toEqual([]);
  });

  it.each<[string, Partial<ServiceObservation>]>([
    ['another count', { runningTasks: 5, desiredTasks: 5 }],
    ['tasks on their way', { desiredTasks: 5 }],
    ['a deployment', { deploying: true }],
    ['another revision', { revision: 'orders:11' }],
    ['no task', { desiredTasks: 0, runningTasks: 0 }],
  ])('nothing around a tick with %s', (_, other) => {
    const rates = ratesOf(repeated(report, 60), (minutesAgo) => (minutesAgo === 5 ? other : {}));
    // The tick five minutes ago is in the minutes that ended then and just after, and in the settling of the next.
    expect(rates.map((it) => (noon - it.atSeconds) / 60)).toEqual([8, 7, 6, 2, 1, 0]);
  });

  it('nor around one before which a task failed', () => {
    const rates = ratesOf(repeated(report, 60), () => ({}), 5);
    expect(rates.map((it) => (noon - it.atSeconds) / 60)).toEqual([8, 7, 6, 2, 1, 0]);
  });
});
