import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { percentOf, type StepAdjustment, stepFor } from '../../../lib/simulator/rivals/step-adjustments.ts';
import { alarmed, createStepScaling, type StepPolicy } from '../../../lib/simulator/rivals/step-scaling.ts';
import { zeroSeconds } from '../../../lib/simulator/time.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

/** The two policies with which AWS explains steps. */
const outSteps: readonly StepAdjustment[] = [
  { lowerBound: 0, upperBound: 10, changePercent: 0 },
  { lowerBound: 10, upperBound: 20, changePercent: 10 },
  { lowerBound: 20, changePercent: 30 },
];
const inSteps: readonly StepAdjustment[] = [
  { lowerBound: -10, upperBound: 0, changePercent: 0 },
  { lowerBound: -20, upperBound: -10, changePercent: -10 },
  { upperBound: -20, changePercent: -30 },
];

describe('stepFor', () => {
  it.each([
    [50, outSteps, 0],
    [59.9, outSteps, 0],
    [60, outSteps, 10],
    [69.9, outSteps, 10],
    [70, outSteps, 30],
    [100, outSteps, 30],
    [49, outSteps, undefined],
    [50, inSteps, 0],
    [40, inSteps, -10],
    [40.1, inSteps, 0],
    [30, inSteps, -30],
    [0, inSteps, -30],
    [51, inSteps, undefined],
  ])('a metric of %s at a threshold of 50', (metric, steps, changePercent) => {
    expect(stepFor(metric, 50, steps)?.changePercent).toBe(changePercent);
  });
});

it('percentOf: cut off towards 0, and at least one', () => {
  expect(percentOf(10, 10)).toBe(1);
  expect(percentOf(11, 30)).toBe(3);
  expect(percentOf(14, -10)).toBe(-1);
  expect(percentOf(13, -30)).toBe(-3);
  expect(percentOf(4, 10)).toBe(1);
  expect(percentOf(4, -10)).toBe(-1);
  expect(percentOf(10, 0)).toBe(0);
  expect(percentOf(10, -10)).toBe(-1);
});

describe('alarmed', () => {
  const minutes = (...values: readonly (number | undefined)[]) =>
    values.flatMap((value, index) => (value === undefined ? [] : [{ atSeconds: 60 * index, value }]));
  const out = { direction: 'out', threshold: 50, alarmMinutes: 2 } as const;

  it.each([
    ['two minutes at the threshold', minutes(10, 50, 50), out, true],
    ['one below it', minutes(60, 60, 49), out, false],
    ['one missing', minutes(60, undefined, 60), out, false],
    ['too few', minutes(60), out, false],
    ['in: two at it', minutes(90, 50, 40), { ...out, direction: 'in' as const }, true],
    ['in: one above it', minutes(40, 51), { ...out, direction: 'in' as const }, false],
  ])('%s', (_, points, alarm, on) => {
    expect(alarmed(points, alarm)).toBe(on);
  });
});

describe('step scaling', () => {
  /** Plays a metric, one value for each minute, visible at once, on ten tasks; the counts asked for, with minutes. */
  async function play(metricAt: (minute: number) => number, cooldownSeconds: number) {
    const workload = constantLoad(1000, { forSeconds: 12 * 60 });
    const scenario = { ...demoScenario(workload, 20, 60), initialTasks: 10 };
    const world = createSimulatedWorld(scenario, workload, 1);
    const points: { atSeconds: number; value: number }[] = [];
    const metric = async () => points;
    const policy = { metric, threshold: 50, alarmMinutes: 1, cooldownSeconds };
    const policies: readonly StepPolicy[] = [
      { ...policy, direction: 'out', steps: outSteps },
      { ...policy, direction: 'in', steps: inSteps },
    ];
    const scaler = createStepScaling(scenario, policies);
    const moves: [minute: number, tasks: number][] = [];
    while (!world.done) {
      world.step();
      const now = world.clock.nowSeconds();
      const minute = Math.floor((now - zeroSeconds) / 60);
      if (now % 60 === 0) points.push({ atSeconds: now, value: metricAt(minute) });
      const before = world.frame().desiredTasks;
      await scaler.step(world);
      const { desiredTasks } = world.frame();
      if (desiredTasks !== before) moves.push([minute, desiredTasks]);
    }
    return moves;
  }

  it('goes the way that AWS goes in its example: 10, 11, 14, 13, 10', async () => {
    const values = [50, 60, 50, 70, 50, 50, 40, 50, 30, 50, 50, 50];

    expect(await play((minute) => values[minute - 1] ?? 50, 60)).toEqual([
      [2, 11],
      [4, 14],
      [7, 13],
      [9, 10],
    ]);
  });

  it('adds only the rest of a larger step while it cools down, and goes in no sooner', async () => {
    // 10 % of ten is one; 30 % of the same ten are three, of which one is there.
    const values = [60, 60, 70, 70, 30, 30];

    expect(await play((minute) => values[minute - 1] ?? 30, 300)).toEqual([
      [1, 11],
      [3, 13],
      [8, 10],
    ]);
  });

  it('finds its way with its own policies when a load doubles', async () => {
    const workload = constantLoad(2000, {
      forSeconds: 5400,
      later: { afterSeconds: 1200, ratePerSecond: 4000 },
    });
    const scenario = { ...demoScenario(workload, 20, 60), initialTasks: 5 };
    const world = createSimulatedWorld(scenario, workload, 1);
    const scaler = createStepScaling(scenario);
    while (!world.done) {
      world.step();
      await scaler.step(world);
    }

    expect(world.frame().consumingTasks).toBeGreaterThanOrEqual(8);
    expect(world.frame().lagSeconds).toBeLessThan(60);
  });
});
