import { describe, expect, it } from 'vitest';
import { demoScenario, demoTaskRatePerSecond } from '../../../lib/simulator/demo-scenario.ts';
import { acceptableBacklog, createBacklogPerTask } from '../../../lib/simulator/rivals/backlog-per-task.ts';
import { createTargetTrackingCpu } from '../../../lib/simulator/rivals/target-tracking-cpu.ts';
import type { Scaler } from '../../../lib/simulator/scaler.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import { simulate } from '../../../lib/simulator/simulate.ts';
import type { Workload } from '../../../lib/simulator/workload.ts';
import { dayWorkload } from '../../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

const rivals: readonly (readonly [string, () => Scaler])[] = [
  ['target tracking on CPU', createTargetTrackingCpu],
  ['backlog per task', () => createBacklogPerTask(60, demoTaskRatePerSecond)],
];

it('acceptableBacklog: 10 s and 0.1 s a record make 100', () => {
  expect(acceptableBacklog(10, 0.1)).toBeCloseTo(100);
});

async function play(scaler: Scaler, workload: Workload, changes: Partial<Scenario> = {}) {
  const world = createSimulatedWorld({ ...demoScenario(workload, 20, 60), ...changes }, workload, 1);
  const counts: number[] = [];
  await simulate([{ world, scaler }], ([frame]) => {
    counts.push(frame?.desiredTasks ?? Number.NaN);
  });
  return { counts, score: world.score() };
}

const sqs = ({ partitions: _, ...scenario }: Scenario): Scenario => ({ ...scenario, source: 'sqs' });

describe.each(rivals)('%s', (_, create) => {
  it('holds most of a seeded day, and rides its flash crowd out and back', async () => {
    const { counts, score } = await play(create(), dayWorkload(20 * demoTaskRatePerSecond, 1));

    expect(score.lateRecordsShare).toBeLessThan(0.15);
    expect(score.violationMinutesShare).toBeLessThan(0.05);
    expect(score.costRatio).toBeLessThan(2);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(18);
    expect(counts.at(-1)).toBeLessThan(10);
  });

  it('catches a load that doubles, on a queue as on a stream', async () => {
    const workload = constantLoad(2000, {
      forSeconds: 5400,
      later: { afterSeconds: 1200, ratePerSecond: 4000 },
    });
    for (const change of [(it: Scenario) => it, sqs]) {
      const scenario = change({ ...demoScenario(workload, 20, 60), initialTasks: 5 });
      const world = createSimulatedWorld(scenario, workload, 1);
      await simulate([{ world, scaler: create() }]);

      expect(world.frame().consumingTasks).toBeGreaterThanOrEqual(8);
      expect(world.frame().lagSeconds).toBeLessThan(60);
    }
  });

  it('leaves a service alone that no task runs of: its metric is missing', async () => {
    const { counts } = await play(create(), constantLoad(2000), { initialTasks: 0, minTasks: 0 });

    expect(new Set(counts)).toEqual(new Set([0]));
  });
});
