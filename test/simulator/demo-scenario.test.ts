import { expect, it } from 'vitest';
import { resolve } from '../../lib/config/resolve.ts';
import { effectiveTasks } from '../../lib/core/effective-tasks.ts';
import { demoScenario, demoTaskRatePerSecond } from '../../lib/simulator/demo-scenario.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

it.each([0.1, 1, 3, 20, 1000])('%s tasks at the peak make a service that can hold it', (peakTasks) => {
  const workload = constantLoad(peakTasks * demoTaskRatePerSecond);
  const scenario = demoScenario(workload, peakTasks, 60);

  expect(resolve(createSimulatedWorld(scenario, workload, 1).tags, { policies: {} }).kind).toBe('managed');
  expect(scenario.initialTasks).toBeLessThanOrEqual(scenario.maxTasks);
  expect(effectiveTasks(scenario.maxTasks, { partitions: scenario.partitions! })).toBeGreaterThanOrEqual(
    1.5 * peakTasks,
  );
  expect(effectiveTasks(scenario.initialTasks, { partitions: scenario.partitions! })).toBeGreaterThanOrEqual(
    peakTasks,
  );
});
