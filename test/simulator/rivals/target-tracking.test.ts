import { describe, expect, it } from 'vitest';
import type { Point } from '../../../lib/contract/measurement.ts';
import { mean } from '../../../lib/core/statistics.ts';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import {
  actionAt,
  alarmOf,
  countFor,
  createTargetTracking,
  lowShare,
  minuteResolution,
} from '../../../lib/simulator/rivals/target-tracking.ts';
import { createTargetTrackingCpu } from '../../../lib/simulator/rivals/target-tracking-cpu.ts';
import {
  createTargetTrackingCpu20s,
  twentySecondResolution,
} from '../../../lib/simulator/rivals/target-tracking-cpu-20s.ts';
import type { Scaler } from '../../../lib/simulator/scaler.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import { zeroSeconds } from '../../../lib/simulator/time.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

/** One value a minute, the last one at minute 60; `undefined` is a minute without data. */
const minutes = (...values: readonly (number | undefined)[]): Point[] =>
  values.flatMap((value, index) =>
    value === undefined ? [] : [{ atSeconds: 3600 + 60 * (index + 1 - values.length), value }],
  );
const times = (count: number, value: number) => Array.from({ length: count }, () => value);

describe('alarmOf', () => {
  it.each([
    [70, 63],
    [80, 72],
  ])('a target of %s has its lower alarm at %s', (target, threshold) => {
    expect(lowShare * target).toBeCloseTo(threshold);
    expect(alarmOf(minutes(...times(15, threshold - 0.1)), target)).toBe('in');
    expect(alarmOf(minutes(...times(15, threshold + 0.1)), target)).toBeUndefined();
  });

  it.each([
    ['three minutes above the target', minutes(50, 71, 72, 71), 'out'],
    ['two', minutes(71, 70, 72, 71), undefined],
    ['three with one missing between them', minutes(71, 72, undefined, 71), undefined],
    ['fifteen minutes below nine tenths', minutes(90, ...times(15, 40)), 'in'],
    ['fourteen', minutes(90, ...times(14, 40)), undefined],
    [
      'fifteen with one missing between them',
      minutes(...times(10, 40), undefined, ...times(5, 40)),
      undefined,
    ],
    ['no data', [], undefined],
  ])('%s', (_, points, direction) => {
    expect(alarmOf(points, 70)).toBe(direction);
  });
});

describe('countFor', () => {
  it.each([
    [10, 84, 0.5, 12],
    [10, 49, 0.5, 7],
    [10, 7, 0.5, 5],
    [10, 7, 1, 1],
    [10, 0, 0.1, 9],
    [1, 0, 0.1, 1],
    // Up to the next whole task: neither too few are added nor too many taken.
    [3, 71, 1, 4],
    [3, 50, 1, 3],
  ])(
    '%s tasks at %s, with a target of 70 and at most %s of them at once: %s',
    (tasks, metric, share, count) => {
      expect(countFor(tasks, metric, { target: 70, scaleInShare: share })).toBe(count);
    },
  );
});

it('actionAt: 75 s after 10 s, on the minute, is at 120 s', () => {
  expect(actionAt(10, minuteResolution)).toBe(120);
  expect(actionAt(45, minuteResolution)).toBe(120);
  expect(actionAt(20, twentySecondResolution)).toBe(55);
});

it('alarmOf: with periods of 20 s, three of them above the target are a minute', () => {
  const periods = (count: number, value: number): Point[] =>
    Array.from({ length: count }, (_, index) => ({ atSeconds: 20 * index, value }));
  expect(alarmOf(periods(3, 71), 70, twentySecondResolution)).toBe('out');
  expect(alarmOf(periods(2, 71), 70, twentySecondResolution)).toBeUndefined();
  expect(alarmOf(periods(15, 62), 70, twentySecondResolution)).toBe('in');
  expect(alarmOf(minutes(71, 71, 71), 70, twentySecondResolution)).toBeUndefined();
});

describe('the time from a load that fills all tasks to the first scale-out', () => {
  async function secondsToTrigger(
    create: (scenario: Scenario) => Scaler,
    loadBefore: number,
    phaseSeconds: number,
    seed: number,
  ): Promise<number> {
    const onsetSeconds = 600 + phaseSeconds;
    const workload = constantLoad(loadBefore, { later: { afterSeconds: onsetSeconds, ratePerSecond: 9000 } });
    const scenario = { ...demoScenario(workload, 20, 60), initialTasks: 10 };
    const world = createSimulatedWorld(scenario, workload, seed);
    const scaler = create(scenario);
    while (!world.done && world.services.updates.length === 0) {
      world.step();
      await scaler.step(world);
    }
    return world.clock.nowSeconds() - zeroSeconds - onsetSeconds;
  }

  it.each([
    // Ten tasks of 500 records/s, in the middle between the lower alarm and the upper one.
    ['one-minute metrics', () => createTargetTrackingCpu(), 4425, 363, 15],
    ['20 s metrics', createTargetTrackingCpu20s, 3900, 86, 5],
  ])('%s: as long as AWS measured', async (_, create, loadBefore, seconds, tolerance) => {
    const phases = Array.from({ length: 24 }, (_, index) => index);
    const triggers = await Promise.all(
      phases.map((index) => secondsToTrigger(create, loadBefore, (5 * index) % 60, index)),
    );

    expect(mean(triggers)).toBeGreaterThan(seconds - tolerance);
    expect(mean(triggers)).toBeLessThan(seconds + tolerance);
  });
});

describe('target tracking', () => {
  /** Plays a metric, one value for each minute, visible at once, on a service of ten tasks; the counts asked for. */
  async function play(metricAt: (minute: number) => number | undefined, forMinutes: number) {
    const workload = constantLoad(1000, { forSeconds: 60 * forMinutes });
    // Longer than the minute in which an alarm acts again: what the new tasks do is not seen before.
    const startupSeconds = { shortest: 65, longest: 75 };
    const scenario = { ...demoScenario(workload, 10, 60), startupSeconds, initialTasks: 10 };
    const world = createSimulatedWorld(scenario, workload, 1);
    const points: Point[] = [];
    const scaler = createTargetTracking({
      name: 'played',
      target: 70,
      scaleInCooldownSeconds: 300,
      scaleInShare: 0.5,
      metric: async () => points,
    });
    while (!world.done) {
      world.step();
      const elapsed = world.clock.nowSeconds() - zeroSeconds;
      const value = elapsed % 60 === 0 ? metricAt(elapsed / 60) : undefined;
      if (value !== undefined) points.push({ atSeconds: world.clock.nowSeconds(), value });
      await scaler.step(world);
    }
    return world.services.updates.map((update) => update.desiredTasks);
  }

  it('goes out to what the metric asks for, on the tasks that run, and never orders twice', async () => {
    // Two more minutes at 84 % while the new tasks start ask for the same twelve.
    expect(await play((minute) => (minute <= 6 ? 84 : 66), 12)).toEqual([12]);
  });

  it('goes in after a quarter of an hour, and again no sooner than the cooldown allows', async () => {
    expect(await play((minute) => (minute <= 17 ? 50 : 55), 19)).toEqual([8]);
    expect(await play(() => 7, 21)).toEqual([5]);
    expect(await play(() => 7, 27)).toEqual([5, 3, 2]);
  });

  it('stays where it is within its band, and where there is no data', async () => {
    expect(await play(() => 66, 40)).toEqual([]);
    expect(await play(() => undefined, 40)).toEqual([]);
    expect(await play((minute) => (minute % 3 === 0 ? undefined : 95), 40)).toEqual([]);
  });

  it('stays within its bounds', async () => {
    expect(await play(() => 700, 20)).toEqual([20]);
    expect((await play(() => 1, 90)).at(-1)).toBe(1);
  });
});
