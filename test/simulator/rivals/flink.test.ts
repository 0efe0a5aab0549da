import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { aligned, createFlink, delayed } from '../../../lib/simulator/rivals/flink.ts';
import { createFlinkTuned, flinkTunedSettings } from '../../../lib/simulator/rivals/flink-tuned.ts';
import type { Scaler } from '../../../lib/simulator/scaler.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import { zeroSeconds } from '../../../lib/simulator/time.ts';
import type { Workload } from '../../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

async function play(create: (scenario: Scenario) => Scaler, workload: Workload, changes: Partial<Scenario>) {
  const scenario = { ...demoScenario(workload, 20, 60), ...changes };
  const world = createSimulatedWorld(scenario, workload, 1);
  const scaler = create(scenario);
  const moves: { minute: number; tasks: number }[] = [];
  while (!world.done) {
    world.step();
    await scaler.step(world);
    const tasks = world.services.updates.at(-1)?.desiredTasks;
    if (tasks !== undefined && world.services.updates.length > moves.length) {
      moves.push({ minute: (world.clock.nowSeconds() - zeroSeconds) / 60, tasks });
    }
  }
  return { moves, world };
}

it('aligned: of 8 partitions 7 tasks have no more to gain than 4', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map((tasks) => aligned(tasks, 8))).toEqual([1, 2, 3, 4, 4, 4, 4, 8, 8]);
  expect(aligned(7, undefined)).toBe(7);
  expect(aligned(0, 8)).toBe(0);
});

describe('delayed', () => {
  it('counts from the first wish for fewer, keeps them all, and ends with a wish for as many', () => {
    const first = delayed(undefined, 5, 8, 100);
    const second = delayed(first, 3, 8, 160);

    expect(second).toEqual({ sinceSeconds: 100, wishes: [5, 3] });
    expect(delayed(second, 8, 8, 220)).toBeUndefined();
  });
});

describe('Flink with its defaults', () => {
  it('decides first when a settled job has filled its window: after twenty minutes', async () => {
    const { moves } = await play(createFlink, constantLoad(4000, { forSeconds: 2400 }), { initialTasks: 4 });

    expect(moves[0]?.minute).toBeGreaterThanOrEqual(20);
    expect(moves[0]?.minute).toBeLessThan(20.5);
    expect(moves[0]?.tasks).toBeGreaterThan(8);
  });

  it('goes down an hour later, to the most that it wanted in that hour', async () => {
    // 1000 records/s at 70 %, and a sixth more to restart: 3.2 tasks. At most 60 % of twelve go at once.
    const { moves } = await play(createFlink, constantLoad(1000, { forSeconds: 6000 }), { initialTasks: 12 });

    expect(moves).toHaveLength(1);
    expect(moves[0]?.minute).toBeGreaterThanOrEqual(80);
    expect(moves[0]?.tasks).toBe(5);
  });
});

describe('Flink tuned', () => {
  it('restarts as long as the scenario rebalances', () => {
    expect(flinkTunedSettings({ rebalanceSeconds: 20 })).toMatchObject({
      restartSeconds: 20,
      stabilizationSeconds: 30,
    });
  });

  it('catches a load that doubles within minutes', async () => {
    const workload = constantLoad(2000, {
      forSeconds: 3600,
      later: { afterSeconds: 1200, ratePerSecond: 4000 },
    });
    const { moves, world } = await play(createFlinkTuned, workload, { initialTasks: 5 });

    expect(moves[0]?.minute).toBeLessThan(21.5);
    expect(world.frame().consumingTasks).toBeGreaterThanOrEqual(8);
    expect(world.frame().lagSeconds).toBeLessThan(10);
  });

  it('leaves a service alone that no task runs of', async () => {
    const { moves } = await play(createFlinkTuned, constantLoad(2000), { initialTasks: 0, minTasks: 0 });

    expect(moves).toEqual([]);
  });
});
