import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { createStaticPeak, peakOf, tasksForPeak } from '../../../lib/simulator/rivals/static-peak.ts';
import { simulate } from '../../../lib/simulator/simulate.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

const scenario = demoScenario(constantLoad(1000), 20, 60);

describe('tasksForPeak', () => {
  it.each([
    ['120 even partitions', {}, 20],
    ['30 partitions', { partitions: 30 }, 30],
    ['a limit downstream, which twelve tasks reach', { downstreamRatePerSecond: 5500 }, 12],
    ['no more tasks than it may have', { maxTasks: 10 }, 10],
  ])('10,000 records/s, %s', (_, changes, tasks) => {
    expect(tasksForPeak({ ...scenario, ...changes }, 10_000)).toBe(tasks);
  });
});

it('peakOf: the highest minute', () => {
  const load = constantLoad(1000, { later: { afterSeconds: 3600, ratePerSecond: 7000 } });
  expect(peakOf(load)).toBe(7000);
  expect(peakOf({ ...load, untilSeconds: load.fromSeconds + 3600 })).toBe(1000);
});

it('asks for its tasks at once, and for no others', async () => {
  const workload = constantLoad(1000, { later: { afterSeconds: 3600, ratePerSecond: 7000 } });
  const world = createSimulatedWorld(demoScenario(workload, 20, 60), workload, 1);

  await simulate([{ world, scaler: createStaticPeak(world.scenario, workload) }]);

  expect(world.services.updates.map((it) => it.desiredTasks)).toEqual([15]);
  expect(world.score().lateRecordsShare).toBe(0);
});
