import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { createKnative, knativeSettings, panicOf, podsFor } from '../../../lib/simulator/rivals/knative.ts';
import { zeroSeconds } from '../../../lib/simulator/time.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

describe('podsFor', () => {
  it.each([
    [100 / (10 * 0.7), 10, 15],
    [100 / (10 * 0.7), 40, 20],
    [0, 1, 0],
    [5000, 2, 2000],
  ])('%s targets with %s ready pods: %s', (targets, ready, pods) => {
    expect(podsFor(targets, ready)).toBe(pods);
  });
});

describe('panicOf', () => {
  const settings = { panicThreshold: 2, stableSeconds: 60 };
  const panic = { sinceSeconds: 100, mostPods: 20 };

  it.each([
    ['below twice of what is ready there is none', undefined, 19, 10, 100, undefined],
    ['twice begins it', undefined, 20, 10, 100, panic],
    ['fewer do not count', panic, 4, 20, 130, panic],
    ['more do', panic, 24, 20, 130, { sinceSeconds: 130, mostPods: 24 }],
    ['a reason prolongs it', panic, 20, 10, 130, { sinceSeconds: 130, mostPods: 20 }],
    ['a stable window without a reason', panic, 4, 20, 160, panic],
    ['ends it when it is over', panic, 4, 20, 161, undefined],
  ])('%s', (_, before, pods, ready, now, after) => {
    expect(panicOf(before, pods, ready, now, settings)).toEqual(after);
  });
});

describe('Knative', () => {
  it('waits before it goes down only where a change stops consumption', () => {
    expect(knativeSettings({ rebalanceSeconds: 0 }).scaleDownDelaySeconds).toBe(0);
    expect(knativeSettings({ rebalanceSeconds: 20 }).scaleDownDelaySeconds).toBe(600);
  });

  it('follows what arrives: out on the first minute that shows a flood, in as its window empties', async () => {
    const workload = constantLoad(8000, {
      forSeconds: 3600,
      later: { afterSeconds: 1800, ratePerSecond: 1000 },
    });
    const scenario = { ...demoScenario(workload, 20, 60), initialTasks: 2 };
    const world = createSimulatedWorld(scenario, workload, 1);
    const knative = createKnative(scenario);
    const moves: [minute: number, tasks: number][] = [];
    while (!world.done) {
      world.step();
      const before = world.frame().desiredTasks;
      await knative.step(world);
      const { desiredTasks } = world.frame();
      const minute = Math.floor((world.clock.nowSeconds() - zeroSeconds) / 60);
      if (desiredTasks !== before) moves.push([minute, desiredTasks]);
    }

    // 8000 ÷ 425 and 1000 ÷ 425.
    expect([1, 2]).toContain(moves[0]?.[0]);
    expect(moves[0]?.[1]).toBe(19);
    expect(moves.find(([, tasks]) => tasks < 18)?.[0]).toBeGreaterThanOrEqual(31);
    expect(moves.at(-1)?.[1]).toBe(3);
  });
});
