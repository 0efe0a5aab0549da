import { describe, expect, it } from 'vitest';
import { formatSource } from '../../lib/config/source.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { stepSeconds, zeroSeconds } from '../../lib/simulator/time.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

const scenario: Scenario = {
  source: 'kafka',
  partitions: 4,
  partitionShares: [0.7, 0.1, 0.1, 0.1],
  taskRatePerSecond: 100,
  startupSeconds: { shortest: 40, longest: 40 },
  rebalanceSeconds: 30,
  initialTasks: 4,
  minTasks: 0,
  maxTasks: 8,
  lagObjectiveSeconds: 60,
  cpuAtSaturationPercent: 40,
};

const playFor = (world: SimulatedWorld, seconds: number) => {
  for (let played = 0; played < seconds; played += stepSeconds) world.step();
};

async function read(world: SimulatedWorld, metricName: string, dimensions: Record<string, string>) {
  const reading = await world.metrics.read({
    namespace: 'AWS/Kafka',
    metricName,
    dimensions: { 'Cluster Name': 'main', Topic: 'orders', ...dimensions },
    statistic: 'Average',
    periodSeconds: 60,
    sinceSeconds: zeroSeconds,
  });
  return reading.kind === 'read' ? reading.points : [];
}

const readGroup = (world: SimulatedWorld, metricName: string) =>
  read(world, metricName, { 'Consumer Group': 'orders' });

const groupMetrics = ['SumOffsetLag', 'MaxOffsetLag', 'EstimatedMaxTimeLag'];

describe('a topic of Kafka', () => {
  it('is named as the tag of the service names it', () => {
    const world = createSimulatedWorld(scenario, constantLoad(200), 1);
    expect(formatSource(world.source)).toBe('msk/main/orders/orders');
    expect(world.tags).toMatchObject({ 'weir:source': 'msk/main/orders/orders', 'weir:partitions': '4' });
  });

  it('shows what its group has still to read, all of it and in the worst partition', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(200), 1);
    playFor(world, 700);
    const newest = await Promise.all(
      groupMetrics.map(
        async (name) =>
          (await readGroup(world, name)).find((it) => it.atSeconds === zeroSeconds + 600)?.value,
      ),
    );

    // 140 of 200 records/s go to one partition, whose task does 100: 24,000 wait after ten minutes.
    const [total = 0, worst, seconds = 0] = newest;
    expect(total / 24_000).toBeCloseTo(1, 1);
    expect(worst).toBeCloseTo(total, 6);
    expect(seconds / (24_000 / 140)).toBeCloseTo(1, 1);
  });

  it('shows what its brokers take in, each for itself', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(300), 1);
    playFor(world, 200);
    for (const broker of ['1', '2', '3']) {
      const points = await read(world, 'MessagesInPerSec', { 'Broker ID': broker });
      expect(points).toHaveLength(2);
      for (const { value } of points) expect(value / 100).toBeCloseTo(1, 1);
    }
  });

  it('shows nothing of a group that rebalances, and all of one that is empty', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(200), 1);
    await world.services.updateDesiredTasks(world.service, 5, 5);
    playFor(world, 60);
    await world.services.updateDesiredTasks(world.service, 0, 5);
    playFor(world, 340);

    // The fifth task comes after 40 s, and at the end of the first minute all stand still. In the second all are gone.
    for (const name of groupMetrics) {
      const minutes = (await readGroup(world, name)).map((it) => (it.atSeconds - zeroSeconds) / 60);
      expect(minutes, name).toEqual([2, 3, 4, 5]);
    }
    expect(await read(world, 'MessagesInPerSec', { 'Broker ID': '1' })).toHaveLength(5);
  });
});
