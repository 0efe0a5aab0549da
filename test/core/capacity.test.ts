import { describe, expect, it } from 'vitest';
import { certaintyOf, estimateCapacity, learnCapacity } from '../../lib/core/capacity.ts';
import type { CapacityMemory } from '../../lib/core/loop-state.ts';
import { flowOf } from '../../lib/core/rates.ts';
import { noon } from '../control/world.ts';
import {
  deepFreeze,
  kinesisContext,
  now,
  repeated,
  sqsContext,
  type Values,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

/** 1,000 records/s arrive, four tasks of 200 process 800: the lag grows by 12 s a minute. */
const saturated = {
  arrivalsPerSecond: repeated(1000, 60),
  meanLagSeconds: [20, 32, 44, 56],
  lagSeconds: [26, 38, 50, 62],
};
/** 800 records/s arrive, and four tasks keep up. */
const keepingUp = {
  arrivalsPerSecond: repeated(800, 10),
  meanLagSeconds: repeated(0, 10),
  lagSeconds: repeated(0, 10),
};

function memoryOf(rates: readonly number[], more: Partial<CapacityMemory> = {}): CapacityMemory {
  return deepFreeze({
    revision: 'orders:12',
    saturated: rates.map((perTaskPerSecond, index) => ({
      atSeconds: noon - 7200 + 60 * index,
      tasks: 4,
      perTaskPerSecond,
    })),
    ...more,
  });
}

function learn(options: WindowOptions, before?: CapacityMemory): CapacityMemory {
  const { context = kinesisContext() } = options;
  const window = windowOf({ ...options, context });
  return learnCapacity(window, deepFreeze(flowOf(window, context)!), before, context);
}

const ratesOf = (memory: CapacityMemory) => memory.saturated.map((it) => it.perTaskPerSecond);

function estimate(options: WindowOptions, memory: CapacityMemory = memoryOf([])) {
  const { context = kinesisContext() } = options;
  const window = windowOf({ ...options, context });
  return estimateCapacity(window, deepFreeze(flowOf(window, context)!), memory, context);
}

describe('learnCapacity', () => {
  it('learns what each task processed while all were saturated, once for each interval', () => {
    const first = learn({ values: { ...saturated, cpuPercent: [70, 88, 92, 90] } });
    expect(ratesOf(first)).toEqual([200, 200, 200]);
    expect(first.saturatedCpuPercent).toBe(90);
    expect(learn({ values: saturated }, first).saturated).toEqual(first.saturated);
    expect(learn({ values: saturated }, first).saturatedCpuPercent).toBe(90);
  });

  it('by tasks that had partitions to read: 4 of 7 where there are 8', () => {
    expect(ratesOf(learn({ values: saturated, tasks: 7 }))).toEqual([200, 200, 200]);
  });

  it('of a queue, from its depth', () => {
    const values = {
      arrivalsPerSecond: repeated(1000, 30),
      backlogRecords: [20_000, 32_000, 44_000, 56_000, 68_000],
    };
    expect(ratesOf(learn({ context: sqsContext(), values }))).toEqual([200, 200]);
  });

  it.each<[string, WindowOptions]>([
    ['hot start: tasks of whose past nothing is known', { values: saturated, tasks: [4, 4, 4, 4] }],
    [
      'fresh tasks: the count grew in the midst of it',
      { values: saturated, tasks: [...repeated(2, 56), ...repeated(4, 4)] },
    ],
    ['a deployment', { values: saturated, observed: (index) => (index >= 55 ? { deploying: true } : {}) }],
    [
      'a deployment in the midst of it',
      { values: saturated, observed: (index) => (index === 56 ? { deploying: true } : {}) },
    ],
    [
      'another task definition in part of the time',
      { values: saturated, observed: (index) => (index < 56 ? { revision: 'orders:11' } : {}) },
    ],
    [
      'fewer run than are desired',
      { values: saturated, observed: (index) => (index >= 55 ? { desiredTasks: 6 } : {}) },
    ],
    ['no task runs', { values: saturated, tasks: 0 }],
    ['a pause: nothing is processed', { values: { ...saturated, meanLagSeconds: [60, 120, 180, 240] } }],
    ['tasks that keep up', { values: keepingUp }],
    ['lag only at one end', { values: { ...saturated, meanLagSeconds: [0, 20, 0, 20, 0] } }],
    [
      'a load that jumps, so that means of minutes are wrong',
      { values: { ...saturated, arrivalsPerSecond: [300, 1000, 300, 1000, 300, 1000, 300, 1000] } },
    ],
    ['a lag of which the arrivals are unknown', { values: { meanLagSeconds: saturated.meanLagSeconds } }],
    ['a lag that reaches back before the window', { values: { ...saturated, arrivalsPerSecond: [1000] } }],
    ['nothing measured', {}],
  ])('learns nothing from %s', (_, options) => {
    const before = memoryOf([190, 200]);
    expect(ratesOf(learn(options, before))).toEqual([190, 200]);
  });

  it('waits as long as the policy says that a start and a rebalance take', () => {
    const tasks = [...repeated(2, 52), ...repeated(4, 8)];
    const slow = kinesisContext({ startupSeconds: 300, rebalanceSeconds: 120 });
    expect(ratesOf(learn({ values: saturated, tasks })).length).toBeGreaterThan(0);
    expect(ratesOf(learn({ values: saturated, tasks, context: slow }))).toEqual([]);
  });

  it('forgets another task definition', () => {
    const before = memoryOf([10, 20], { revision: 'orders:11', saturatedCpuPercent: 70 });
    expect(learn({ values: keepingUp }, before)).toEqual({ revision: 'orders:12', saturated: [] });
  });

  it('keeps the last sixteen', () => {
    const rates = Array.from({ length: 16 }, (_, index) => 100 + index);
    expect(ratesOf(learn({ values: saturated }, memoryOf(rates)))).toEqual([
      ...rates.slice(3),
      200,
      200,
      200,
    ]);
  });
});

describe('estimateCapacity', () => {
  it.each([
    ['once', [150], 150, 0.5],
    ['three times', [100, 200, 900], 200, 0],
    ['more often', [198, 200, 202, 200], 200, 0.796],
  ])('seen at saturation %s: the median', (_, rates, taskRatePerSecond, certainty) => {
    const actual = estimate({}, memoryOf(rates));
    expect(actual).toMatchObject({ source: 'saturated', taskRatePerSecond });
    expect(actual.certainty).toBeCloseTo(certainty, 2);
  });

  it('busy-based, the worked number: 4 tasks at 40 % of 90 % process 800 records/s, so one can do 450', () => {
    const values = { ...keepingUp, cpuPercent: repeated(40, 10) };
    const actual = estimate({ values }, memoryOf([], { saturatedCpuPercent: 90 }));
    expect(actual).toMatchObject({ source: 'busy', taskRatePerSecond: expect.closeTo(450, 6) });
    expect(actual.certainty).toBeCloseTo(0.8 * (10 / 11), 6);
  });

  it('busy-based on an assumed saturation: lower, and hardly certain', () => {
    const values = { ...keepingUp, cpuPercent: repeated(40, 10) };
    expect(estimate({ values })).toEqual({
      source: 'busy',
      taskRatePerSecond: expect.closeTo(400, 6),
      certainty: 0.3,
    });
  });

  it('a task can do what it was seen to do, even when its CPU was above what is taken as full', () => {
    const values = { ...keepingUp, cpuPercent: repeated(95, 10) };
    expect(estimate({ values })).toMatchObject({ source: 'busy', taskRatePerSecond: 200 });
  });

  it.each<[string, Values]>([
    ['without CPU', keepingUp],
    ['two minutes of CPU', { ...keepingUp, cpuPercent: [40, 40] }],
    ['CPU of an idle process', { ...keepingUp, cpuPercent: repeated(3, 10) }],
  ])('a floor: %s', (_, values) => {
    expect(estimate({ values })).toEqual({ source: 'floor', taskRatePerSecond: 200, certainty: 0 });
  });

  it.each<[string, WindowOptions]>([
    ['nothing measured', {}],
    [
      'no load',
      { values: { ...keepingUp, arrivalsPerSecond: repeated(0, 10), cpuPercent: repeated(9, 10) } },
    ],
    ['no task', { values: keepingUp, tasks: 0 }],
    ['no lag to tell whether they kept up', { values: { arrivalsPerSecond: repeated(800, 10) } }],
    ['only minutes in which they did not', { values: { ...keepingUp, lagSeconds: repeated(30, 10) } }],
    ['a deployment', { values: keepingUp, observed: () => ({ deploying: true }) }],
    ['counts of before that are not known', { values: keepingUp, tasks: [4] }],
    [
      'another task definition',
      { values: keepingUp, observed: (index) => (index < 59 ? { revision: 'orders:11' } : {}) },
    ],
  ])('unknown: %s', (_, options) => {
    expect(estimate(options)).toEqual({ source: 'unknown', certainty: 0 });
  });

  it('what may still wait of a minute is not counted as done: 9 s of 60 are 15 %', () => {
    const values = { ...keepingUp, lagSeconds: repeated(9, 10) };
    expect(estimate({ values })).toMatchObject({ source: 'floor', taskRatePerSecond: expect.closeTo(170) });
  });
});

describe('certaintyOf', () => {
  it.each([
    ['the worked number: one observation', [200], 0.5],
    ['the worked number: nine within a range of 10 %', [80, 90, 95, 95, 100, 105, 105, 110, 120], 0.81],
    ['nine that agree', repeated(200, 9), 0.9],
    ['those that are all over the place', [1, 1, 100, 1000, 1000], 0],
    ['none', [], 0],
    ['nothing but zeros', [0, 0, 0], 0],
  ])('%s', (_, rates, expected) => expect(certaintyOf(rates)).toBeCloseTo(expected, 10));
});

describe('the classic runaway: a low rate asks for more tasks, which pause, and look slow again', () => {
  /** A dependency stalls: the tasks run on, steadily, and process a tenth. 800 arrive, 80 are done: +54 s a minute. */
  const stall = {
    arrivalsPerSecond: repeated(800, 60),
    meanLagSeconds: [...repeated(0, 20), 30, 84, 138, 192],
    lagSeconds: [...repeated(0, 20), 57, 111, 165, 219],
  };

  it('a stall with a backlog is learned, for it looks like slow tasks, and is not believed against what was seen', () => {
    const memory = learn({ values: stall });
    expect(ratesOf(memory).length).toBeGreaterThan(0);
    expect(Math.max(...ratesOf(memory))).toBeLessThan(50);
    expect(estimate({ values: stall }, memory)).toMatchObject({ taskRatePerSecond: 200 });
  });

  it('nor does it move what many observations agree on', () => {
    const known = memoryOf([200, 198, 202, 200, 201, 199, 200, 200]);
    const memory = learn({ values: stall }, known);
    expect(ratesOf(memory).length).toBeGreaterThan(8);
    expect(estimate({ values: stall }, memory)).toMatchObject({ taskRatePerSecond: expect.closeTo(200, -1) });
  });

  it('the estimate does not fall with every scale-out, however often new tasks stand still', () => {
    let memory: CapacityMemory | undefined;
    for (const tasks of [4, 8, 16, 32]) {
      // The backlog is there, the count has just doubled, and for two minutes nothing is read.
      const counts = [...repeated(tasks / 2, 56), ...repeated(tasks, 4)];
      const values = { ...saturated, meanLagSeconds: [20, 32, 92, 152] };
      memory = learn({ values, tasks: counts, context: kinesisContext({}, 64) }, memory);
    }
    expect(ratesOf(memory!).every((rate) => rate > 150)).toBe(true);
  });

  it('moments are those of the intervals, none from the future', () => {
    for (const it of learn({ values: saturated }).saturated) expect(it.atSeconds).toBeLessThan(now);
  });
});
