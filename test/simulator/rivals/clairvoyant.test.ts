import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { createClairvoyant } from '../../../lib/simulator/rivals/clairvoyant.ts';
import { desiredFor, lateAllowedShare, planAhead } from '../../../lib/simulator/rivals/clairvoyant-plan.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import { simulate } from '../../../lib/simulator/simulate.ts';
import { stepSeconds, zeroSeconds } from '../../../lib/simulator/time.ts';
import type { Workload } from '../../../lib/simulator/workload.ts';
import { dayWorkload } from '../../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';
import { constantLoad } from '../constant-load.ts';

const scenarioFor = (workload: Workload, changes: Partial<Scenario> = {}): Scenario => ({
  ...demoScenario(workload, 10, 60),
  ...changes,
});

/** The run, and how it was planned to come out. */
async function play(workload: Workload, changes: Partial<Scenario> = {}) {
  const scenario = scenarioFor(workload, changes);
  const world = createSimulatedWorld(scenario, workload, 1);
  const desired: number[] = [];
  await simulate([{ world, scaler: createClairvoyant(scenario, workload, 1) }], ([frame]) => {
    desired.push(frame?.desiredTasks ?? Number.NaN);
  });
  return { desired, score: world.score(), plan: planAhead(scenario, workload, 1) };
}

const peak = 10 * 500;
/** The flash crowd of the seeded day, and the hours around it. */
const crowd: Workload = {
  ...dayWorkload(peak, 1),
  fromSeconds: zeroSeconds + 12 * 3600,
  untilSeconds: zeroSeconds + 17 * 3600,
};

describe('the clairvoyant', () => {
  it.each<[string, Partial<Scenario>]>([
    ['as it is', {}],
    ['slow to start', { startupSeconds: { shortest: 210, longest: 270 } }],
    ['with few partitions', { partitions: 24 }],
    ['with rebalances', { rebalanceSeconds: 20 }],
    ['on a queue that may be left alone', { source: 'sqs', minTasks: 0 }],
    ['that contends', { contention: { sigma: 0.02, kappa: 0.0001 } }],
    ['with a hot partition', { partitionShares: [0.06, ...Array.from({ length: 59 }, () => 0.94 / 59)] }],
  ])('rides a flash crowd out in time and near the fluid limit: a service %s', async (_, changes) => {
    const { score, plan } = await play(crowd, changes);

    expect(score.lateRecordsShare).toBeLessThanOrEqual(lateAllowedShare);
    expect(score.lateRecordsShare).toBeCloseTo(plan.lateRecordsShare, 12);
    expect(score.costRatio).toBeGreaterThan(1);
    expect(score.costRatio).toBeLessThan(1.7);
  });

  it('asks for tasks as long before a step of the load as they take to start at the longest', async () => {
    const afterSeconds = 1800;
    const workload = constantLoad(900, { forSeconds: 3600, later: { afterSeconds, ratePerSecond: 3600 } });
    const { desired, score } = await play(workload, { initialTasks: 2, lagObjectiveSeconds: 5 });

    const first = desired.findIndex((it) => it >= 7) * stepSeconds;
    expect(first).toBeLessThanOrEqual(afterSeconds - 75 + 10);
    expect(first).toBeGreaterThanOrEqual(afterSeconds - 75 - 30);
    expect(score.lateRecordsShare).toBeLessThanOrEqual(lateAllowedShare);
  });

  it('comes as close as it can where there are too few tasks', async () => {
    const { score, desired } = await play(crowd, { maxTasks: 7 });

    expect(score.lateRecordsShare).toBeGreaterThan(lateAllowedShare);
    expect(Math.max(...desired)).toBe(7);
    const all = createSimulatedWorld(scenarioFor(crowd, { initialTasks: 7, maxTasks: 7 }), crowd, 1);
    await simulate([{ world: all, scaler: { name: 'all that there are', step: () => {} } }]);
    expect(score.lateRecordsShare).toBeLessThan(all.score().lateRecordsShare + 0.01);
    expect(score.taskHours).toBeLessThan(all.score().taskHours);
  });

  it('has what it needs ready before a deployment that fails, in which nothing gets ready', async () => {
    const afterSeconds = 1800;
    const workload = constantLoad(900, { forSeconds: 3600, later: { afterSeconds, ratePerSecond: 1800 } });
    const { score } = await play(workload, {
      initialTasks: 2,
      deployments: [{ atSeconds: 1500, seconds: 600, fails: true }],
    });

    expect(score.lateRecordsShare).toBeLessThanOrEqual(lateAllowedShare);
  });
});

describe('what is asked for', () => {
  const timing = { intervalSeconds: 30, leadSeconds: 20, steps: 18, initialTasks: 2 };

  it.each([
    [
      'what is to run, a start-up time before',
      [2, 3, 3],
      [2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3],
    ],
    [
      'less at the moment when less is to run',
      [2, 2, 1],
      [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1],
    ],
  ])('is %s', (_, counts, desired) => {
    expect([...desiredFor(Int16Array.from(counts), timing)]).toEqual(desired);
  });

  it('is not less for so short a time that a task could not start again', () => {
    const desired = desiredFor(Int16Array.from([2, 1, 2]), { ...timing, leadSeconds: 30 });
    expect([...desired]).toEqual(Array.from({ length: 18 }, () => 2));
  });
});
