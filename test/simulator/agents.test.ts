import { describe, expect, it } from 'vitest';
import { agentNamespace } from '../../lib/contract/measurement.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { stepSeconds, zeroSeconds } from '../../lib/simulator/time.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

const scenario: Scenario = {
  source: 'kinesis',
  partitions: 4,
  partitionShares: [0.7, 0.1, 0.1, 0.1],
  taskRatePerSecond: 100,
  startupSeconds: { shortest: 20, longest: 20 },
  rebalanceSeconds: 0,
  initialTasks: 4,
  minTasks: 0,
  maxTasks: 8,
  lagObjectiveSeconds: 60,
  cpuAtSaturationPercent: 40,
  agents: true,
};

const worldOf = (changes: Partial<Scenario> = {}) =>
  createSimulatedWorld({ ...scenario, ...changes }, constantLoad(200), 1);

const playFor = (world: SimulatedWorld, seconds: number) => {
  for (let played = 0; played < seconds; played += stepSeconds) world.step();
};

async function read(world: SimulatedWorld, metricName: string, periodSeconds = 10) {
  const reading = await world.metrics.read({
    namespace: agentNamespace,
    metricName,
    dimensions: { ClusterName: 'main', ServiceName: 'orders' },
    statistic: 'Average',
    periodSeconds,
    sinceSeconds: zeroSeconds,
  });
  return reading.kind === 'read' ? reading.points : [];
}

const ofService = ['arrivalsPerSecond', 'processedPerSecond', 'backlogRecords', 'lagSeconds', 'busyShare'];

describe('agents', () => {
  it('report every ten seconds, a second after their end', async () => {
    const world = worldOf();
    playFor(world, 10);
    for (const name of ofService) expect(await read(world, name), name).toEqual([]);
    playFor(world, 25);
    for (const name of ofService) {
      const points = await read(world, name);
      expect(
        points.map((point) => point.atSeconds - zeroSeconds),
        name,
      ).toEqual([10, 20, 30]);
    }
  });

  it('know what arrives and what waits, and that tasks which wait for something are not idle', async () => {
    const world = worldOf({ downstreamRatePerSecond: 100 });
    playFor(world, 605);
    const newest = async (name: string) => (await read(world, name)).at(-1)?.value;

    expect(await newest('arrivalsPerSecond')).toBeGreaterThan(180);
    expect(await newest('processedPerSecond')).toBeCloseTo(100);
    expect(await newest('busyShare')).toBeCloseTo(1);
    expect((await newest('backlogRecords')) ?? 0).toBeGreaterThan(55_000);
    expect((await newest('lagSeconds')) ?? 0).toBeGreaterThan(250);
  });

  it('tell once a minute how the load lies on the partitions, and how far behind half of them are', async () => {
    const world = worldOf();
    playFor(world, 185);
    const values = async (name: string) => (await read(world, name, 60)).map((it) => it.value);

    expect((await values('hottestShare')).map((it) => it.toFixed(3))).toEqual(['0.700', '0.700', '0.700']);
    expect(await values('typicalLagSeconds')).toEqual([0, 0, 0]);
    expect((await read(world, 'lagSeconds')).at(-1)!.value).toBeGreaterThan(10);
  });

  it('do not know what waits while they divide the partitions anew', async () => {
    const world = worldOf({ initialTasks: 3, rebalanceSeconds: 30 });
    await world.services.updateDesiredTasks(world.service, 4, 5);
    playFor(world, 85);
    const times = async (name: string) =>
      (await read(world, name)).map((point) => point.atSeconds - zeroSeconds);

    // The fourth task is there after 20 s, and all stand still until 50 s.
    expect(await times('arrivalsPerSecond')).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
    expect(await times('lagSeconds')).toEqual([10, 20, 60, 70, 80]);
    expect(await times('backlogRecords')).toEqual([10, 20, 60, 70, 80]);
  });

  it('are not there where no task is, nor where there are none', async () => {
    for (const world of [worldOf({ initialTasks: 0 }), worldOf({ agents: false })]) {
      playFor(world, 120);
      for (const name of ofService) expect(await read(world, name)).toEqual([]);
    }
  });

  it('change nothing else', () => {
    const [with_, without] = [worldOf(), worldOf({ agents: false })];
    for (const world of [with_, without]) playFor(world, 600);
    expect(with_.score()).toEqual(without.score());
  });
});
