import { taskRateAt } from './service-capacity.ts';
import { stepSeconds } from './time.ts';
import type { SimulatedWorld } from './world.ts';

/** What a scaler that asks the source and the tasks themselves knows at the end of a step, with nothing between. */
export type Scrape = {
  readonly atSeconds: number;
  readonly arrivalsPerSecond: number;
  readonly processedPerSecond: number;
  /** What waits: Kafka's offsets and SQS's attributes give it at once. */
  readonly backlogRecords: number;
  /** Age of the oldest record that waits. */
  readonly lagSeconds: number;
  /** How much of their time the tasks worked, 0 to 1, in the mean; unknown while none runs. */
  readonly busyShare?: number;
  /** The same of the busiest task. */
  readonly busiestShare?: number;
  /** The mean of the tasks' CPU, of what they reserve. */
  readonly cpuPercent?: number;
};

/** What a task uses that has nothing to do, as in the world's CloudWatch. */
const idleCpuPercent = 3;

/**
 * Reads a world directly, for those rivals that do so: KEDA polls Kafka and SQS, Flink its own tasks. Call it after each
 * step: what has been processed is what has arrived and does not wait.
 *
 * A queue says what waits. Of a stream it is what has arrived in the last `lagSeconds`, which is exact while its
 * partitions are read equally far, and else the most that it can be.
 */
export function createScraper(): (world: SimulatedWorld) => Promise<Scrape> {
  /** Records that had arrived by the end of each step. */
  const totals: number[] = [];
  let waitedBefore = 0;

  const arrivedWithin = (seconds: number): number => {
    const steps = Math.min(seconds / stepSeconds, totals.length);
    const whole = Math.floor(steps);
    const totalBefore = (back: number) => totals[totals.length - 1 - back] ?? 0;
    const from = totalBefore(whole);
    return totalBefore(0) - from + (steps - whole) * (from - totalBefore(whole + 1));
  };

  return async (world) => {
    const { atSeconds, arrivalsPerSecond, lagSeconds, capacityPerSecond, consumingTasks } = world.frame();
    totals.push((totals.at(-1) ?? 0) + arrivalsPerSecond * stepSeconds);
    const backlogRecords = (await queueDepth(world)) ?? arrivedWithin(lagSeconds);
    const gained = (backlogRecords - waitedBefore) / stepSeconds;
    waitedBefore = backlogRecords;
    const processedPerSecond = Math.max(0, arrivalsPerSecond - gained);
    const { scenario } = world;
    const share = (capacity: number) => Math.min(1, processedPerSecond / capacity);
    const known = { atSeconds, arrivalsPerSecond, processedPerSecond, backlogRecords, lagSeconds };
    if (consumingTasks === 0) return known;
    const busyShare = share(consumingTasks * taskRateAt(scenario, consumingTasks));
    return {
      ...known,
      busyShare,
      busiestShare: share(capacityPerSecond),
      cpuPercent: idleCpuPercent + (scenario.cpuAtSaturationPercent - idleCpuPercent) * busyShare,
    };
  };
}

async function queueDepth({ source, sources, queues }: SimulatedWorld): Promise<number | undefined> {
  if (source.kind !== 'sqs') return undefined;
  const looked = await sources.resolve(source);
  if (!('source' in looked) || !('queueUrl' in looked.source)) return undefined;
  const depth = await queues.depth(looked.source.queueUrl);
  return depth.kind === 'read' ? depth.visible + depth.inFlight : undefined;
}
