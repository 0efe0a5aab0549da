import { describe, expect, it } from 'vitest';
import { knownBacklog, projectBacklog, type TaskStep, taskSteps } from '../../lib/core/backlog.ts';
import type { Forecast } from '../../lib/core/forecast.ts';
import { flowOf } from '../../lib/core/rates.ts';
import { noon } from '../control/world.ts';
import {
  kinesisContext,
  minutesUntil,
  newestMinute,
  now,
  repeated,
  sqsContext,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

function backlogOf(options: WindowOptions) {
  const { context = kinesisContext() } = options;
  const window = windowOf({ ...options, context });
  return knownBacklog(window, flowOf(window, context)!);
}

describe('knownBacklog', () => {
  const arrivalsPerSecond = repeated(200, 60);

  it("a queue's: its depth, at the tick", () => {
    const context = sqsContext();
    expect(backlogOf({ context, values: { arrivalsPerSecond, backlogRecords: [10, 20] } })).toEqual({
      atSeconds: now,
      records: 20,
    });
    expect(backlogOf({ context, values: { backlogRecords: [0] } })).toEqual({ atSeconds: now, records: 0 });
  });

  it("a stream's: what arrived within its lag, at the middle of the newest minute", () => {
    expect(backlogOf({ values: { arrivalsPerSecond, meanLagSeconds: [30] } })).toEqual({
      atSeconds: newestMinute - 30,
      records: 6000,
    });
  });

  it('the worked number: two hours behind a known hour of 200 records/s are 1,440,000', () => {
    expect(backlogOf({ values: { arrivalsPerSecond, meanLagSeconds: repeated(7200, 5) } })).toEqual({
      atSeconds: newestMinute - 30,
      records: 1_440_000,
    });
  });

  it('is never that of an earlier minute, when the newest reaches back too far', () => {
    expect(
      backlogOf({
        values: { arrivalsPerSecond: repeated(200, 15), meanLagSeconds: [60, 1200, 1800] },
      })?.records,
    ).toBe(360_000);
  });

  it.each<[string, WindowOptions]>([
    ['nothing measured', {}],
    ['a lag that is stale', { ageSeconds: 240, values: { arrivalsPerSecond, meanLagSeconds: [5] } }],
    ['a lag without any arrivals', { values: { meanLagSeconds: [5] } }],
    ['arrivals without a lag, and tasks that run', { values: { arrivalsPerSecond } }],
    ['arrivals that are stale, and no task', { tasks: 0, ageSeconds: 240, values: { arrivalsPerSecond } }],
    ['no task, and nothing measured', { tasks: 0 }],
  ])('unknown: %s', (_, options) => expect(backlogOf(options)).toBeUndefined());

  it('nobody reads: what has arrived since the last task stopped', () => {
    // The last tick that saw a task was ten minutes ago; the newest known minute ended 75 s ago.
    const tasks = [...repeated(4, 50), ...repeated(0, 10)];
    expect(backlogOf({ tasks, values: { arrivalsPerSecond } })).toEqual({
      atSeconds: newestMinute,
      records: 200 * (600 - 75),
    });
    expect(backlogOf({ tasks: 0, values: { arrivalsPerSecond: [0, 0] } })).toEqual({
      atSeconds: newestMinute,
      records: 0,
    });
    expect(backlogOf({ tasks: 0, values: { arrivalsPerSecond: [1, 2] } })?.records).toBe(180);
  });
});

describe('taskSteps', () => {
  const counts = [3, 4].map((runningTasks, index) => ({
    atSeconds: noon - 120 + 60 * index,
    desiredTasks: 4,
    runningTasks,
    revision: 'orders:12',
    deploying: false,
  }));
  const steps = (desiredTasks: number, runningTasks: number, changedAtSeconds?: number) =>
    taskSteps(
      counts,
      {
        nowSeconds: noon,
        observation: { ...counts[0]!, pendingTasks: 0, desiredTasks, runningTasks },
      },
      { changedAtSeconds, startupSeconds: 90, graceSeconds: 60 },
    );
  const past: TaskStep[] = [
    { fromSeconds: noon - 120, tasks: 3 },
    { fromSeconds: noon - 60, tasks: 4 },
  ];

  it.each<[string, TaskStep[], TaskStep[]]>([
    ['all run', steps(4, 4), [{ fromSeconds: noon, tasks: 4 }]],
    [
      'three are on their way, asked for 30 s ago',
      steps(7, 4, noon - 30),
      [
        { fromSeconds: noon, tasks: 4 },
        { fromSeconds: noon + 60, tasks: 7 },
      ],
    ],
    [
      'three are late: they are taken to come within the grace',
      steps(7, 4, noon - 600),
      [
        { fromSeconds: noon, tasks: 4 },
        { fromSeconds: noon + 60, tasks: 7 },
      ],
    ],
    [
      'nobody knows when they were asked for',
      steps(7, 4),
      [
        { fromSeconds: noon, tasks: 4 },
        { fromSeconds: noon + 90, tasks: 7 },
      ],
    ],
    ['more run than are desired', steps(4, 6), [{ fromSeconds: noon, tasks: 6 }]],
  ])('%s', (_, actual, expected) => expect(actual).toEqual([...past, ...expected]));
});

describe('projectBacklog', () => {
  const forecast: Forecast = {
    atSeconds: noon,
    levelPerSecond: 1000,
    trendPerSecondSquared: 0,
    spread: 0.1,
  };
  const load = { arrivals: minutesUntil(noon, repeated(1000, 10)), forecast };
  const capacity = { taskRatePerSecond: 200, sharing: {} };
  const known = { atSeconds: noon, records: 6000 };
  const always = (tasks: number): TaskStep[] => [{ fromSeconds: noon - 3600, tasks }];

  it('the worked number: 18,000 wait a minute later', () => {
    expect(projectBacklog(known, noon + 60, always(4), load, capacity)).toBeCloseTo(18_000, 6);
  });

  it.each<[string, TaskStep[], number, number]>([
    ['at the moment itself', always(4), noon, 6000],
    ['a moment that is past', always(4), noon - 60, 6000],
    ['it never falls below nothing', always(20), noon + 600, 0],
    ['nobody reads', always(0), noon + 60, 66_000],
    ['no step is known', [], noon + 60, 66_000],
    [
      'tasks on their way help from when they come',
      [...always(4), { fromSeconds: noon + 60, tasks: 10 }],
      noon + 75,
      18_000 - 15 * 1000,
    ],
    ['a span that is no multiple of the step', always(4), noon + 61.5, 6000 + 61.5 * 200],
  ])('%s', (_, steps, until, expected) => {
    expect(projectBacklog(known, until, steps, load, capacity)).toBeCloseTo(expected, 6);
  });

  it('takes the measured minutes as far as they reach, and the forecast beyond', () => {
    const quiet = { arrivals: minutesUntil(noon, [...repeated(1000, 9), 100]), forecast };
    const earlier = { atSeconds: noon - 60, records: 0 };
    expect(projectBacklog(earlier, noon, always(0), quiet, capacity)).toBeCloseTo(6000, 6);
    expect(projectBacklog(earlier, noon + 60, always(0), quiet, capacity)).toBeCloseTo(66_000, 6);
  });

  it('bounds tasks by partitions', () => {
    const partitions = { ...capacity, sharing: { partitions: 4 } };
    expect(projectBacklog(known, noon + 60, always(7), load, partitions)).toBeCloseTo(18_000, 6);
  });
});
