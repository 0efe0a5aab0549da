import { describe, expect, it } from 'vitest';
import { certaintyOf } from '../../lib/core/capacity.ts';
import type { CapacityMemory } from '../../lib/core/loop-state.ts';
import { nothingObserved } from '../../lib/core/observed.ts';
import { noon } from '../control/world.ts';
import { estimate, keepingUp, learn, memoryOf, ratesOf, saturated } from '../support/capacities.ts';
import { kinesisContext, now, repeated, sqsContext, type WindowOptions } from '../support/windows.ts';

/** Nothing is processed: all that arrives waits. Such sums come out a hair above or below nothing. */
const arriving = Array.from({ length: 30 }, (_, index) => 333.337 + 1.013 * (index % 7));
const stopped = {
  arrivalsPerSecond: arriving,
  backlogRecords: arriving.map((_, index) =>
    arriving.slice(0, index + 1).reduce((waiting, rate) => waiting + 60 * rate, 5000.3),
  ),
};

/** A task has failed two minutes ago, and another one runs by now. */
const failingContext = {
  ...kinesisContext(),
  observed: {
    ...nothingObserved,
    failures: [{ task: 'a', revision: 'orders:12', atSeconds: now - 200, ranSeconds: 30 }],
  },
};

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
    [
      'tasks that have failed between two ticks, whose count is as ever',
      { values: saturated, context: failingContext },
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
    [
      'a pause of a queue, where rounding leaves a billionth',
      { context: sqsContext(), nowSeconds: noon, ageSeconds: 0, values: stopped },
    ],
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
