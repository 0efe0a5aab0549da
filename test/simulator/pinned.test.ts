import { expect, it } from 'vitest';
import { demoScenario } from '../../lib/simulator/demo-scenario.ts';
import { createBacklogPerTask } from '../../lib/simulator/rivals/backlog-per-task.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { burstWorkload } from '../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';

const workload = burstWorkload(10_000, 1);
const demo = demoScenario(workload, 20, 60);
const { partitions, ...queue } = demo;

// Published figures rest on these: a change here is a change of the physics, or of the order in which numbers are drawn.
it.each<[string, Scenario, object]>([
  [
    'the demo',
    demo,
    {
      lateRecordsShare: 0.20697687755743818,
      violationMinutesShare: 0.06666666666666667,
      worstLagSeconds: 336.3145868778229,
      p99LagSeconds: 297.88364237070084,
      taskHours: 35.916666666666664,
      fluidTaskHours: 17.937522222222224,
      scaleOuts: 1,
      scaleIns: 18,
    },
  ],
  [
    'with rebalances',
    { ...demo, rebalanceSeconds: 20 },
    {
      lateRecordsShare: 0.2834576511697811,
      violationMinutesShare: 0.10555555555555556,
      worstLagSeconds: 377.1774775981903,
      p99LagSeconds: 327.99866981506347,
      taskHours: 41.9,
      scaleOuts: 2,
      scaleIns: 22,
    },
  ],
  [
    'of a queue',
    { ...queue, source: 'sqs' },
    {
      lateRecordsShare: 0.20697693883038737,
      worstLagSeconds: 336.03073239326477,
      p99LagSeconds: 296.0739457321163,
      taskHours: 35.916666666666664,
    },
  ],
])('the same seed gives the same score as ever: %s', async (_, scenario, score) => {
  const world = createSimulatedWorld(scenario, workload, 1);
  await simulate([{ world, scaler: createBacklogPerTask(60, 500) }]);
  expect(world.score()).toMatchObject(score);
});
