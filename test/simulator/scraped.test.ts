import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../lib/simulator/demo-scenario.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { createScraper } from '../../lib/simulator/scraped.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

async function scrapes(changes: Partial<Scenario>, seconds: number) {
  const workload = constantLoad(2000, { forSeconds: seconds });
  const base: Scenario = { ...demoScenario(workload, 20, 60), ...changes };
  const { partitions: _, ...queue } = base;
  const world = createSimulatedWorld(base.source === 'sqs' ? queue : base, workload, 1);
  const scrape = createScraper();
  const all = [];
  while (!world.done) {
    world.step();
    all.push(await scrape(world));
  }
  return all;
}

describe.each(['kinesis', 'sqs'] as const)('what is scraped of %s', (source) => {
  it('shows what waits and what is done while two tasks of 500 meet 2000 records/s', async () => {
    const all = await scrapes({ source, initialTasks: 2 }, 300);
    const last = all.at(-1)!;

    const arrived = all.reduce((sum, it) => sum + 5 * it.arrivalsPerSecond, 0);
    expect(last.backlogRecords / (arrived - 300 * 1000)).toBeCloseTo(1, 2);
    expect(last.processedPerSecond).toBeGreaterThan(950);
    expect(last.busyShare).toBeGreaterThan(0.95);
    expect(last.busiestShare).toBeGreaterThan(0.95);
  });

  it('shows half of the time idle while eight tasks do what four could', async () => {
    const last = (await scrapes({ source, initialTasks: 8 }, 120)).at(-1)!;

    expect(last.backlogRecords).toBe(0);
    expect(last.processedPerSecond).toBe(last.arrivalsPerSecond);
    expect(last.busyShare).toBeCloseTo(0.5, 1);
  });

  it('does not know how busy tasks are that are not there', async () => {
    const last = (await scrapes({ source, initialTasks: 0, minTasks: 0 }, 60)).at(-1)!;

    expect(last.busyShare).toBeUndefined();
    expect(last.busiestShare).toBeUndefined();
    expect(last.processedPerSecond).toBeLessThan(1);
  });
});
