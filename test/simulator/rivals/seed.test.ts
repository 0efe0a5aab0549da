import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { createSeed } from '../../../lib/simulator/rivals/seed.ts';
import { createSeedMended } from '../../../lib/simulator/rivals/seed-mended.ts';
import { seedDecision } from '../../../lib/simulator/rivals/seed-rules.ts';
import type { Scaler } from '../../../lib/simulator/scaler.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import type { Workload } from '../../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

describe('seedDecision', () => {
  const settings = {
    targetCpuPercent: 70,
    targetLatencySeconds: 0.1,
    cooldownSeconds: 300,
    confidenceThreshold: 0.7,
  };

  it.each([
    [4, 63, 0, { tasks: 6, confidence: 0.1 }],
    [10, 14, 0, { tasks: 7, confidence: 0.3 }],
    [1, 63, 0, { tasks: 2, confidence: 0.1 }],
    [2, 0, 0, { tasks: 1, confidence: 0.5 }],
    [5, 100, 0, { tasks: 7, confidence: 100 / 70 - 0.8 }],
    [5, 10, 0.2, { tasks: 7, confidence: 1 }],
    [5, 49, 0, undefined],
  ])('%s tasks at a CPU of %s %% and a latency of %s s', (tasks, cpuPercent, latencySeconds, expected) => {
    const decision = seedDecision(tasks, { cpuPercent, latencySeconds }, settings);

    expect(decision?.tasks).toBe(expected?.tasks);
    if (expected !== undefined) expect(decision?.confidence).toBeCloseTo(expected.confidence);
  });
});

async function play(create: (scenario: Scenario) => Scaler, workload: Workload, changes: Partial<Scenario>) {
  const scenario = { ...demoScenario(workload, 20, 60), ...changes };
  const world = createSimulatedWorld(scenario, workload, 1);
  const scaler = create(scenario);
  while (!world.done) {
    world.step();
    await scaler.step(world);
  }
  return { world, counts: world.services.updates.map((it) => it.desiredTasks) };
}

const doubles = constantLoad(2000, { forSeconds: 5400, later: { afterSeconds: 1200, ratePerSecond: 4000 } });

describe('the seed as written', () => {
  it('goes out by halves while records wait, and never in again', async () => {
    const { counts } = await play(createSeed, doubles, { initialTasks: 4 });

    expect(counts.slice(0, 2)).toEqual([6, 9]);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect((await play(createSeed, constantLoad(100), { initialTasks: 20 })).counts).toEqual([]);
  });
});

describe('the seed mended', () => {
  it('follows a load out, and in again', async () => {
    const out = await play(createSeedMended, doubles, { initialTasks: 5 });
    const back = await play(createSeedMended, constantLoad(1000), { initialTasks: 10 });

    expect(out.world.frame().consumingTasks).toBeGreaterThanOrEqual(8);
    expect(out.world.frame().lagSeconds).toBeLessThan(60);
    expect(back.counts.slice(0, 3)).toEqual([7, 5, 4]);
  });
});
