import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { createKedaLag, kedaSettings } from '../../../lib/simulator/rivals/keda-lag.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import { zeroSeconds } from '../../../lib/simulator/time.ts';
import type { Workload } from '../../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

const queue = ({ partitions: _, ...scenario }: Scenario, changes: Partial<Scenario> = {}): Scenario => ({
  ...scenario,
  source: 'sqs',
  ...changes,
});

/** Each count that KEDA asks for, with the seconds since the beginning. */
async function play(scenario: Scenario, workload: Workload) {
  const world = createSimulatedWorld(scenario, workload, 1);
  const keda = createKedaLag(scenario);
  const moves: [seconds: number, tasks: number][] = [];
  while (!world.done) {
    world.step();
    const before = world.frame().desiredTasks;
    await keda.step(world);
    const { desiredTasks } = world.frame();
    if (desiredTasks !== before) moves.push([world.clock.nowSeconds() - zeroSeconds, desiredTasks]);
  }
  return { moves, world };
}

describe('kedaSettings', () => {
  const scenario = demoScenario(constantLoad(1000), 20, 60);

  it('lets 30 s of work wait for each task of a queue: 15,000 of 500 a second', () => {
    expect(kedaSettings(queue(scenario)).threshold).toBe(15_000);
  });

  it('lets less wait, and goes in slowly, where it is told late or new tasks help late', () => {
    const slow = [
      scenario,
      queue(scenario, { rebalanceSeconds: 20 }),
      queue(scenario, { startupSeconds: { shortest: 200, longest: 280 } }),
    ];
    expect(slow.map((it) => kedaSettings(it).threshold)).toEqual([7500, 7500, 7500]);
    expect(slow.map((it) => kedaSettings(it).scaleDown.periodSeconds)).toEqual([300, 300, 300]);
  });
});

describe('KEDA on lag', () => {
  it('asks a queue itself, each 15 s: what waits ÷ threshold, whatever there is now', async () => {
    // Four tasks leave 3000 of 5000 a second: 45,000 wait after 15 s, 90,000 after 30 s, 135,000 after 45 s.
    const workload = constantLoad(5000, { forSeconds: 45 });
    const scenario = queue(demoScenario(workload, 20, 60), { initialTasks: 4, minTasks: 4 });

    const { moves } = await play(scenario, workload);

    expect(moves).toEqual([
      [30, 6],
      [45, 9],
    ]);
  });

  it('has at most one task for each partition', async () => {
    const workload = constantLoad(9000, { forSeconds: 1800 });
    const scenario = { ...demoScenario(workload, 20, 60), initialTasks: 1, partitions: 8 };

    const { moves } = await play(scenario, workload);

    expect(Math.max(...moves.map(([, tasks]) => tasks))).toBe(8);
  });

  it('wakes a queue from zero at its next poll, and lets it sleep after five minutes without anything', async () => {
    const workload = constantLoad(0, { forSeconds: 3600, later: { afterSeconds: 1200, ratePerSecond: 300 } });
    const scenario = queue(demoScenario(constantLoad(300), 20, 60), { minTasks: 0, initialTasks: 1 });

    const { moves, world } = await play(scenario, workload);

    expect(moves[0]).toEqual([330, 0]);
    expect(moves[1]).toEqual([1230, 1]);
    expect(world.frame().desiredTasks).toBeGreaterThan(0);
  });

  it('knows nothing of a Kinesis stream that nobody reads', async () => {
    const workload = constantLoad(1000);
    const scenario = { ...demoScenario(workload, 20, 60), minTasks: 0, initialTasks: 0 };

    expect((await play(scenario, workload)).moves).toEqual([]);
  });
});
