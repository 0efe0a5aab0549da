import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../lib/simulator/demo-scenario.ts';
import { scalers } from '../../lib/simulator/scalers.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

const scenarios: readonly [Scenario['source'], Partial<Scenario>][] = [
  ['kinesis', {}],
  ['sqs', {}],
  ['kafka', { rebalanceSeconds: 20, cpuAtSaturationPercent: 40 }],
];

it.each(Object.entries(scalers))('%s has the name that it is known by', (name, create) => {
  const workload = constantLoad(1000);
  expect(create(demoScenario(workload, 20, 60), workload, 1).name).toBe(name);
});

describe.each(Object.entries(scalers))('%s', (_, create) => {
  it.each(scenarios)('makes the same of the same load again, of %s', async (source, changes) => {
    const workload = constantLoad(2000, {
      forSeconds: 3000,
      later: { afterSeconds: 600, ratePerSecond: 6000 },
    });
    const play = async () => {
      const { partitions, ...rest } = demoScenario(workload, 20, 60);
      const scenario: Scenario = {
        ...rest,
        ...(source !== 'sqs' && partitions !== undefined && { partitions }),
        source,
        ...changes,
      };
      const world = createSimulatedWorld(scenario, workload, 3);
      await simulate([{ world, scaler: create(scenario, workload, 3) }]);
      const counts = world.services.updates.map((it) => it.desiredTasks);
      return { counts, score: world.score(), ...scenario };
    };

    const { counts, score, minTasks, maxTasks } = await play();

    expect(counts.every((it) => it >= minTasks && it <= maxTasks)).toBe(true);
    expect(await play()).toMatchObject({ counts, score });
  });
});
