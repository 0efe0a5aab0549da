import { describe, expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import { resolve } from '../../lib/config/resolve.ts';
import type { Source } from '../../lib/config/source.ts';
import { measurementOf } from '../../lib/control/measurements.ts';
import type { MetricQuery } from '../../lib/control/ports.ts';
import { planMeasurements } from '../../lib/core/measure.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { stepSeconds, zeroSeconds } from '../../lib/simulator/time.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

const kinesis: Scenario = {
  source: 'kinesis',
  partitions: 12,
  taskRatePerSecond: 100,
  startupSeconds: { shortest: 45, longest: 75 },
  rebalanceSeconds: 0,
  initialTasks: 4,
  minTasks: 1,
  maxTasks: 10,
  lagObjectiveSeconds: 60,
  cpuAtSaturationPercent: 90,
};
const { partitions, ...queue } = kinesis;
const sqs: Scenario = { ...queue, source: 'sqs' };

const playFor = (world: SimulatedWorld, seconds: number) => {
  for (let played = 0; played < seconds; played += stepSeconds) world.step();
};

/** The queries that Weir would put to this world's CloudWatch. */
async function queriesOf(world: SimulatedWorld) {
  const resolved = await world.sources.resolve(world.source as Source);
  if ('problem' in resolved) throw new Error(resolved.problem.received);
  const { source } = resolved;
  return planMeasurements(policySchema.parse({}), [source]).flatMap(({ field }) => {
    const measurement = measurementOf(field, world.service, source);
    return measurement.kind === 'metric' ? [{ ...measurement, field }] : [];
  });
}

const read = async (world: SimulatedWorld, query: Omit<MetricQuery, 'sinceSeconds'>) => {
  const reading = await world.metrics.read({ ...query, sinceSeconds: zeroSeconds });
  return reading.kind === 'read' ? reading.points : [];
};

async function newestOf(world: SimulatedWorld, wanted: string) {
  const query = (await queriesOf(world)).find(({ field }) => field === wanted);
  if (query === undefined) throw new Error(`${wanted} is not measured`);
  const newest = (await read(world, query.query)).at(-1);
  return newest && query.convert(newest.value, query.query.periodSeconds);
}

describe.each([
  ['Kinesis', kinesis],
  ['SQS', sqs],
])('a world with %s', (_, scenario) => {
  it('is found by its tags, with the policy that they ask for', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(300), 1);

    expect(await world.services.list()).toEqual([world.service]);
    expect(resolve(world.tags, { policies: {} })).toMatchObject({
      kind: 'managed',
      mode: 'auto',
      policy: { minTasks: 1, maxTasks: 10, lagObjectiveSeconds: 60, startupSeconds: 60, rebalanceSeconds: 0 },
      sources: [world.source],
    });
  });

  it('publishes each metric that Weir asks for, each minute, a minute after its end', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(300), 1);
    const queries = await queriesOf(world);
    playFor(world, 60 + 40);
    for (const { query } of queries) expect(await read(world, query)).toEqual([]);

    playFor(world, 40);
    for (const { field, query } of queries) {
      const points = await read(world, query);
      expect(
        points.map((point) => point.atSeconds),
        field,
      ).toEqual([zeroSeconds + 60]);
    }

    playFor(world, 600);
    for (const { query } of queries) expect((await read(world, query)).length).toBeGreaterThanOrEqual(10);
  });

  it('publishes what happens in it', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(300), 1);
    playFor(world, 600);

    expect(await newestOf(world, 'arrivalsPerSecond')).toBeCloseTo(300, -1);
    // Three quarters of the way from an idle task's 3 % to a full one's 90 %.
    const cpuPercent = await newestOf(world, 'cpuPercent');
    expect(cpuPercent).toBeGreaterThan(66);
    expect(cpuPercent).toBeLessThan(71);
    expect(await newestOf(world, 'lagSeconds')).toBe(0);
  });

  it('shows a lag that grows while the tasks are too few', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(500), 1);
    playFor(world, 600);

    // A fifth of each second is lost: 100 s in 500 s.
    expect(world.frame().lagSeconds).toBeCloseTo(120, -1);
    expect(await newestOf(world, 'lagSeconds')).toBeGreaterThan(80);
    expect(await newestOf(world, 'cpuPercent')).toBeCloseTo(90, 5);
  });

  it('has no utilization while no task runs, and arrivals all the same', async () => {
    const idle = { ...scenario, minTasks: 0, initialTasks: 0 };
    const world = createSimulatedWorld(idle, constantLoad(300), 1);
    playFor(world, 600);

    expect(await newestOf(world, 'cpuPercent')).toBeUndefined();
    expect(await newestOf(world, 'arrivalsPerSecond')).toBeCloseTo(300, -1);
  });

  it('starts and stops tasks as the desired count is set, and says so', async () => {
    const world = createSimulatedWorld(scenario, constantLoad(300), 1);
    playFor(world, 60);
    await world.services.updateDesiredTasks(world.service, 8, 5);
    playFor(world, 5);
    expect(world.services.get(world.service)).toMatchObject({
      observation: { desiredTasks: 8, runningTasks: 4, pendingTasks: 4 },
    });

    playFor(world, 90);
    expect(world.frame()).toMatchObject({ desiredTasks: 8, consumingTasks: 8 });
    expect(world.services.get(world.service)).toMatchObject({
      observation: { runningTasks: 8, pendingTasks: 0 },
    });

    await world.services.updateDesiredTasks(world.service, 2, 5);
    playFor(world, 5);
    expect(world.frame()).toMatchObject({ desiredTasks: 2, consumingTasks: 2 });
    expect(world.score()).toMatchObject({ scaleOuts: 1, scaleIns: 1 });
  });

  it('plays the same for the same seed, and otherwise for another', () => {
    const story = (seed: number) => {
      const world = createSimulatedWorld(scenario, constantLoad(390), seed);
      const frames = Array.from({ length: 200 }, () => {
        world.step();
        return world.frame();
      });
      return { frames, score: world.score() };
    };

    expect(story(1)).toEqual(story(1));
    expect(story(1)).not.toEqual(story(2));
  });

  it('is done when its workload is', () => {
    const world = createSimulatedWorld(scenario, constantLoad(300, { forSeconds: 120 }), 1);
    playFor(world, 115);
    expect(world.done).toBe(false);
    playFor(world, 5);
    expect(world.done).toBe(true);
  });
});

it('has no iterator age while nobody reads', async () => {
  const world = createSimulatedWorld({ ...kinesis, initialTasks: 0 }, constantLoad(300), 1);
  playFor(world, 600);

  expect(await newestOf(world, 'lagSeconds')).toBeUndefined();
  expect(world.frame().lagSeconds).toBe(600);
});

it('tells the mean of the partitions beside the worst', async () => {
  // Five tasks on twelve partitions: two of them have three, and 390 records/s are 32.5 for each.
  const world = createSimulatedWorld(
    { ...kinesis, taskRatePerSecond: 80, initialTasks: 5 },
    constantLoad(390),
    1,
  );
  playFor(world, 1200);

  expect(await newestOf(world, 'lagSeconds')).toBeGreaterThan(100);
  expect(await newestOf(world, 'meanLagSeconds')).toBeCloseTo(
    ((await newestOf(world, 'lagSeconds')) ?? 0) / 2,
    -1,
  );
});

it('knows the depth of its queue now', async () => {
  const world = createSimulatedWorld(sqs, constantLoad(500), 1);
  playFor(world, 60);
  const resolved = await world.sources.resolve(world.source as Source);
  const url = 'source' in resolved ? resolved.source.queueUrl : undefined;

  expect(await world.queues.depth(url ?? '')).toMatchObject({ kind: 'read', inFlight: 0, delayed: 0 });
  expect(await world.queues.depth(url ?? '')).toHaveProperty('visible', expect.closeTo(6000, -3));
});

it('can process what its busiest task can', () => {
  const world = createSimulatedWorld({ ...kinesis, initialTasks: 5 }, constantLoad(300), 1);
  world.step();

  // The busiest of five tasks has three of the twelve partitions, so the whole is worth four.
  expect(world.frame().capacityPerSecond).toBeCloseTo(400);
});
