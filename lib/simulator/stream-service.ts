import { createArrivalCurve } from './arrival-curve.ts';
import { createMeter, fairShares, type Meter } from './meter.ts';
import type { Scenario } from './scenario.ts';
import { taskRateAt } from './service-capacity.ts';
import { createTasks } from './tasks.ts';
import { stepSeconds } from './time.ts';

/** What happened in one step. */
export type ServiceStep = {
  /** The end of the step. */
  readonly atSeconds: number;
  readonly arrivedRecords: number;
  readonly processedRecords: number;
  /** Of the processed: older than the lag objective at that moment. */
  readonly lateRecords: number;
  /** Age of the oldest record that was processed, or waits at the end; 0 when there is none. */
  readonly oldestSeconds: number;
  readonly runningTasks: number;
  readonly startingTasks: number;
  /** How much of their time the running tasks worked, 0 to 1; unknown while none runs. */
  readonly busyShare?: number;
  /** Age of the oldest waiting record, mean and worst of the partitions. Only known while somebody reads. */
  readonly readerLag?: { readonly meanSeconds: number; readonly worstSeconds: number };
  /** The same, worst, whether somebody reads or not. */
  readonly lagSeconds: number;
};

export type StreamService = {
  /** Plays the next step: the tasks that ECS is asked for at its beginning, and the records that arrive in it. */
  step(desiredTasks: number, arrivedRecords: number): ServiceStep;
  readonly waitingRecords: number;
  /** Of the waiting: already older than the lag objective. */
  readonly lateWaitingRecords: number;
};

export type ServiceTraits = Pick<
  Scenario,
  | 'partitions'
  | 'partitionShares'
  | 'contention'
  | 'downstreamRatePerSecond'
  | 'taskRatePerSecond'
  | 'startupSeconds'
  | 'rebalanceSeconds'
  | 'initialTasks'
  | 'lagObjectiveSeconds'
>;

/**
 * Tasks that read a stream. Each partition is a queue of its own, first in, first out, and belongs to one task: partition
 * i to task i mod n, so that with even keys the busiest task has ⌈P/n⌉ of them. A task spreads its rate fairly over its
 * partitions. A queue without partitions is one queue that every task reads. Tasks may get into each other's way
 * (`contention`), and all of them together are no faster than what is behind them. When the number of consuming tasks
 * changes, consumption stops for `rebalanceSeconds`.
 */
export function createStreamService(traits: ServiceTraits, fromSeconds: number, seed: number): StreamService {
  const { rebalanceSeconds, lagObjectiveSeconds, downstreamRatePerSecond } = traits;
  const curve = createArrivalCurve(fromSeconds);
  const tasks = createTasks(traits, seed);
  const queues = traits.partitions ?? 1;
  /** Each queue gets one record of the stream in so many. */
  const oneIn = Float64Array.from({ length: queues }, (_, queue) => {
    const share = traits.partitionShares?.[queue];
    return share === undefined ? queues : 1 / share;
  });
  /** How far each queue has been read, on the curve of the whole stream: each gets its share of every stretch. */
  const positions = new Float64Array(queues);
  let nowSeconds = fromSeconds;
  let consumers = tasks.running;
  let pausedUntilSeconds = fromSeconds;

  const waitingIn = (queue: number) => (curve.total - (positions[queue] ?? 0)) / (oneIn[queue] ?? queues);

  /** What each reader would read in a step if nothing behind the tasks held it up: its queues, and how much of each. */
  const plan = (workSeconds: number): ReaderPlan[] => {
    const rate = taskRateAt(traits, consumers);
    const readers = traits.partitions === undefined ? 1 : Math.min(consumers, queues);
    const budget = (traits.partitions === undefined ? consumers * rate : rate) * workSeconds;
    return Array.from({ length: readers }, (_, reader) => {
      const waiting: number[] = [];
      for (let queue = reader; queue < queues; queue += readers) waiting.push(waitingIn(queue));
      return { reader, readers, waiting, taken: fairShares(waiting, budget) };
    });
  };

  /** Reads the queues as far as the tasks, and what is behind them, allow. */
  const consume = (workSeconds: number, meter: Meter): void => {
    const plans = plan(workSeconds);
    const allowed =
      downstreamRatePerSecond === undefined ? 1 : allowedShare(plans, downstreamRatePerSecond * workSeconds);
    for (const { reader, readers, waiting, taken } of plans) {
      for (let index = 0; index < waiting.length; index++) {
        const queue = reader + index * readers;
        const from = positions[queue] ?? 0;
        const records = allowed * (taken[index] ?? 0);
        // What is left of a whole queue would be rounding.
        const to = records === waiting[index] ? curve.total : from + records * (oneIn[queue] ?? queues);
        meter.read(from, to, oneIn[queue] ?? queues);
        positions[queue] = to;
      }
    }
  };

  const lags = (): { meanSeconds: number; worstSeconds: number } => {
    let [sum, worst] = [0, 0];
    for (const position of positions) {
      const lag = nowSeconds - curve.arrivedAtSeconds(position);
      sum += lag;
      if (lag > worst) worst = lag;
    }
    return { meanSeconds: sum / queues, worstSeconds: worst };
  };

  const waitingBefore = (position: number): number => {
    let records = 0;
    for (const [queue, read] of positions.entries()) {
      records += Math.max(0, position - read) / (oneIn[queue] ?? queues);
    }
    return records;
  };

  return {
    step: (desiredTasks, arrivedRecords) => {
      tasks.reconcile(desiredTasks, nowSeconds);
      if (tasks.running !== consumers) pausedUntilSeconds = nowSeconds + rebalanceSeconds;
      consumers = tasks.running;
      curve.add(arrivedRecords);

      const pausedSeconds = Math.min(stepSeconds, Math.max(0, pausedUntilSeconds - nowSeconds));
      const workSeconds = consumers === 0 ? 0 : stepSeconds - pausedSeconds;
      const meter = createMeter(curve, nowSeconds + pausedSeconds, workSeconds, lagObjectiveSeconds);
      if (workSeconds > 0) consume(workSeconds, meter);
      nowSeconds += stepSeconds;

      const lag = lags();
      return {
        atSeconds: nowSeconds,
        arrivedRecords,
        processedRecords: meter.records,
        lateRecords: meter.lateRecords,
        oldestSeconds: Math.max(meter.oldestSeconds, lag.worstSeconds),
        runningTasks: tasks.running,
        startingTasks: tasks.starting,
        ...(consumers > 0 && {
          busyShare: meter.records / (consumers * taskRateAt(traits, consumers) * stepSeconds),
        }),
        ...(workSeconds > 0 && { readerLag: lag }),
        lagSeconds: lag.worstSeconds,
      };
    },
    get waitingRecords() {
      return waitingBefore(curve.total);
    },
    get lateWaitingRecords() {
      return waitingBefore(curve.arrivedBy(nowSeconds - lagObjectiveSeconds));
    },
  };
}

type ReaderPlan = {
  readonly reader: number;
  readonly readers: number;
  readonly waiting: readonly number[];
  readonly taken: readonly number[];
};

/** Which share of what the tasks would read is let through. E.g. 3,000 records against a limit of 2,400: 0.8. */
function allowedShare(plans: readonly ReaderPlan[], mostRecords: number): number {
  let records = 0;
  for (const { taken } of plans) for (const it of taken) records += it;
  return records <= mostRecords ? 1 : mostRecords / records;
}
