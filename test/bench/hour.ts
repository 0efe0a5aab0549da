import { partitionOf, sampleSortKey } from '../../lib/adapters/table-items.ts';
import { environmentOf, type FunctionName } from '../../lib/contract/environment.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { dayWorkload } from '../../lib/simulator/workload.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../lib/simulator/world.ts';
import { type CountedAws, createCountedAws, nameOf, type Usage } from './aws.ts';
import { createFleet, type Run } from './fleet.ts';
import { captureOutput } from './output.ts';
import { itemBytes } from './table.ts';

export const functionNames = Object.keys(environmentOf) as FunctionName[];

/** Twenty tasks carry the peak of the day; each service is such a one. */
const scenario: Scenario = {
  source: 'kinesis',
  partitions: 32,
  taskRatePerSecond: 100,
  startupSeconds: { shortest: 30, longest: 90 },
  rebalanceSeconds: 0,
  initialTasks: 4,
  minTasks: 1,
  maxTasks: 32,
  lagObjectiveSeconds: 60,
  cpuAtSaturationPercent: 95,
};
const peakTasks = 20;

/** The rising morning of the seeded day: its first hour fills the windows, the next is counted. */
const fromHour = 8;
const warmMinutes = 57;
/** So long after services are registered, all of them have their ticks. */
const settlingMinutes = 3;
const countedMinutes = 60;
/**
 * From these minutes on every answer of AWS takes its time, to see how long a function runs: late, since it takes as
 * long here, and early enough for the function to run.
 */
const timedFromMinute: Readonly<Record<FunctionName, number>> = {
  discover: 50,
  dispatch: 57,
  evaluate: 57,
  instruct: 0,
  learn: 0,
  observe: 0,
  publish: 0,
};

/** The hour of the day that is counted. */
export const countedHour = fromHour + (warmMinutes + settlingMinutes) / 60;

/** What one hour of a fleet takes. */
export type FleetHour = {
  readonly services: number;
  readonly usage: Usage;
  readonly invocations: ReadonlyMap<FunctionName, number>;
  /** Those for which every answer of AWS took its time. */
  readonly timed: ReadonlyMap<FunctionName, readonly Run[]>;
  readonly logBytes: number;
  readonly customMetrics: number;
  /** Changes of the desired count, of one service. */
  readonly changes: number;
  /** Sizes of a service's items in the table. */
  readonly bytes: { readonly registration: number; readonly state: number; readonly sample: number };
};

/** Drives the real handlers through an hour of so many services on Kinesis, woken as in the stack. */
export async function countHour(services: number, answerMilliseconds: number): Promise<FleetHour> {
  const day = dayWorkload(scenario.taskRatePerSecond * peakTasks, 1);
  const workload = { ...day, fromSeconds: day.fromSeconds + fromHour * 3600 };
  const world = createSimulatedWorld(scenario, workload, 1);
  const aws = createCountedAws(world);
  const fleet = createFleet(aws, world.clock, answerMilliseconds);
  const output = captureOutput();
  const play = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) await playMinute(fleet, aws, world);
  };
  try {
    // One service lives through the first hour; the others come into the world with its past.
    aws.serve(1);
    await play(warmMinutes);
    aws.serve(services);
    await fleet.discover();
    // What dispatch has sent by then knows of one service only.
    await play(settlingMinutes);
    for (let index = 1; index < services; index++) copyPast(aws, nameOf(0), nameOf(index));

    aws.take();
    output.take();
    fleet.takeRuns();
    for (let minute = 0; minute < countedMinutes; minute++) {
      for (const name of functionNames) if (minute >= timedFromMinute[name]) fleet.time(name);
      await play(1);
    }
    const { counts: invocations, runs: timed } = fleet.takeRuns();
    const usage = aws.take();
    const { logBytes, customMetrics } = output.take();
    return {
      services,
      usage,
      invocations,
      timed,
      logBytes,
      customMetrics: customMetrics.size,
      changes: (usage.calls.get('ECS UpdateService') ?? 0) / services,
      bytes: sizesOf(aws),
    };
  } finally {
    output.release();
  }
}

async function playMinute(
  fleet: ReturnType<typeof createFleet>,
  aws: CountedAws,
  world: SimulatedWorld,
): Promise<void> {
  const endSeconds = world.clock.nowSeconds() + 60;
  const minute = world.clock.nowSeconds() / 60;
  if (minute % 60 === 0) await fleet.learn();
  if (minute % 10 === 0) await fleet.discover();
  await fleet.dispatch();
  while (world.clock.nowSeconds() < endSeconds) {
    world.step();
    await fleet.deliver();
    aws.settle();
  }
}

function copyPast({ table }: CountedAws, from: string, to: string): void {
  const pk = partitionOf(`main/${to}`);
  for (const item of table.itemsOf(partitionOf(`main/${from}`))) {
    if (item['sk'] !== 'REG') table.put({ ...item, pk });
  }
}

function sizesOf({ table }: CountedAws): FleetHour['bytes'] {
  const items = table.itemsOf(partitionOf(`main/${nameOf(0)}`));
  const sizeOf = (sk: string) => {
    const sizes = items.filter((it) => String(it['sk']).startsWith(sk)).map(itemBytes);
    return Math.round(sizes.reduce((sum, it) => sum + it, 0) / sizes.length);
  };
  return {
    registration: sizeOf('REG'),
    state: sizeOf('STATE'),
    sample: sizeOf(sampleSortKey(0).slice(0, 2)),
  };
}
