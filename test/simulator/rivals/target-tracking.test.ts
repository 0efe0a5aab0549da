import { describe, expect, it } from 'vitest';
import type { Point } from '../../../lib/contract/measurement.ts';
import { mean } from '../../../lib/core/statistics.ts';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import {
  alarmOf,
  countFor,
  createTargetTracking,
  lowShare,
} from '../../../lib/simulator/rivals/target-tracking.ts';
import { createTargetTrackingCpu } from '../../../lib/simulator/rivals/target-tracking-cpu.ts';
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

/** How long after a load that fills all tasks set in the first scale-out was asked for. */
async function secondsToTrigger(phaseSeconds: number, seed: number): Promise<number> {
  const onsetSeconds = 600 + phaseSeconds;
  const workload = constantLoad(4425, { later: { afterSeconds: onsetSeconds, ratePerSecond: 9000 } });
  const world = createSimulatedWorld({ ...demoScenario(workload, 20, 60), initialTasks: 10 }, workload, seed);
  const scaler = createTargetTrackingCpu();
  while (!world.done && world.services.updates.length === 0) {
    world.step();
    await scaler.step(world);
  }
  return world.clock.nowSeconds() - zeroSeconds - onsetSeconds;
}

it('takes as long to trigger as AWS measured with one-minute metrics: 363 s', async () => {
  const phases = Array.from({ length: 24 }, (_, index) => index);
  const triggers = await Promise.all(phases.map((index) => secondsToTrigger((5 * index) % 60, index)));

  expect(mean(triggers)).toBeGreaterThan(363 - 15);
  expect(mean(triggers)).toBeLessThan(363 + 15);
});

describe('target tracking', () => {
  /** Plays a metric, one value for each minute, visible at once, on a service of ten tasks; the counts asked for. */
  async function play(metricAt: (minute: number) => number | undefined, forMinutes: number) {
    const workload = constantLoad(1000, { forSeconds: 60 * forMinutes });
    const world = createSimulatedWorld({ ...demoScenario(workload, 10, 60), initialTasks: 10 }, workload, 1);
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
