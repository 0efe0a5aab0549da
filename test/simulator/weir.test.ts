import { describe, expect, it } from 'vitest';
import type { TickReport } from '../../lib/control/tick-report.ts';
import { lastReports } from '../../lib/simulator/agent-reports.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { zeroSeconds } from '../../lib/simulator/time.ts';
import { createWeir } from '../../lib/simulator/weir.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

const scenario: Scenario = {
  source: 'kinesis',
  partitions: 64,
  taskRatePerSecond: 100,
  startupSeconds: { shortest: 40, longest: 40 },
  rebalanceSeconds: 0,
  initialTasks: 10,
  minTasks: 1,
  maxTasks: 60,
  lagObjectiveSeconds: 60,
  cpuAtSaturationPercent: 90,
  agents: true,
};

/** An hour at ease; then, 12 s after a slot, three times as much. */
const flood = constantLoad(700, { later: { afterSeconds: 3610, ratePerSecond: 3000 }, forSeconds: 5400 });

async function play(changes: Partial<Scenario> = {}) {
  const reports: TickReport[] = [];
  const world = createSimulatedWorld({ ...scenario, ...changes }, flood, 1);
  await simulate([{ world, scaler: createWeir((report) => reports.push(report)) }]);
  return { world, reports };
}

describe('Weir with agents', () => {
  it('is woken between its slots when the load outgrows the tasks, and acts at once', async () => {
    const { reports, world } = await play();
    const slots = reports.map((it) => it.slotSeconds - zeroSeconds);
    const woken = reports.filter((it) => it.slotSeconds % 60 !== 0);

    expect(woken[0]).toMatchObject({ kind: 'scaled', slotSeconds: zeroSeconds + 3635 });
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
    // The cadence goes on as it was.
    expect(slots.filter((it) => it % 60 === 0)).toHaveLength(90);
    expect(world.score().lateRecordsShare).toBeLessThan(0.01);
  });

  it('is later without them, and woken by nobody', async () => {
    const [without, with_] = [await play({ agents: false }), await play()];

    expect(without.reports.every((it) => it.slotSeconds % 60 === 0)).toBe(true);
    expect(without.world.score().worstLagSeconds).toBeGreaterThan(with_.world.score().worstLagSeconds + 60);
  });
});

describe('lastReports', () => {
  it('are the two that ended last, ten seconds apart', async () => {
    const world = createSimulatedWorld(scenario, flood, 1);
    for (let seconds = 0; seconds < 45; seconds += 5) world.step();
    const reports = await lastReports(world);

    expect(reports?.map((it) => it.atSeconds - zeroSeconds)).toEqual([30, 40]);
    expect(reports?.[1]).toMatchObject({
      backlogRecords: expect.any(Number),
      lagSeconds: expect.any(Number),
    });
    expect(reports?.[1].processedPerSecond).toBeGreaterThan(600);
    expect(reports?.[1].busyShare).toBeCloseTo(0.7, 1);
  });

  it('are none where nobody reports', async () => {
    const world = createSimulatedWorld({ ...scenario, agents: false }, flood, 1);
    for (let seconds = 0; seconds < 45; seconds += 5) world.step();

    expect(await lastReports(world)).toBeUndefined();
  });
});
