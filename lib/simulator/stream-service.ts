import { type ArrivalCurve, createArrivalCurve } from './arrival-curve.ts';
import type { Scenario } from './scenario.ts';
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
  | 'taskRatePerSecond'
  | 'startupSeconds'
  | 'rebalanceSeconds'
  | 'initialTasks'
  | 'lagObjectiveSeconds'
>;

/**
 * Tasks that read a stream with even keys. Each partition is a queue of its own, first in, first out, and belongs to one
 * task: partition i to task i mod n, so the busiest task has ⌈P/n⌉ of them. A task spreads its rate fairly over its
 * partitions. A queue without partitions is one queue that every task reads. When the number of consuming tasks
 * changes, consumption stops for `rebalanceSeconds`.
 */
export function createStreamService(traits: ServiceTraits, fromSeconds: number, seed: number): StreamService {
  const { taskRatePerSecond, rebalanceSeconds, lagObjectiveSeconds } = traits;
  const curve = createArrivalCurve(fromSeconds);
  const tasks = createTasks(traits, seed);
  const queues = traits.partitions ?? 1;
  /** How far each queue has been read, on the curve of the whole stream: with even keys the queues are alike. */
  const positions = new Float64Array(queues);
  let nowSeconds = fromSeconds;
  let consumers = tasks.running;
  let pausedUntilSeconds = fromSeconds;

  /** Reads the queues of each reader as far as its rate allows. */
  const consume = (workSeconds: number, meter: Meter): void => {
    const readers = traits.partitions === undefined ? 1 : Math.min(consumers, queues);
    const rate = traits.partitions === undefined ? consumers * taskRatePerSecond : taskRatePerSecond;
    for (let reader = 0; reader < readers; reader++) {
      const waiting: number[] = [];
      for (let queue = reader; queue < queues; queue += readers) {
        waiting.push((curve.total - (positions[queue] ?? 0)) / queues);
      }
      const taken = fairShares(waiting, rate * workSeconds);
      for (let index = 0; index < waiting.length; index++) {
        const queue = reader + index * readers;
        const from = positions[queue] ?? 0;
        // What is left of a whole queue would be rounding.
        const to = taken[index] === waiting[index] ? curve.total : from + (taken[index] ?? 0) * queues;
        meter.read(from, to);
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
    for (const read of positions) records += Math.max(0, position - read) / queues;
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
      const meter = createMeter(curve, nowSeconds + pausedSeconds, workSeconds, queues, lagObjectiveSeconds);
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
        ...(consumers > 0 && { busyShare: meter.records / (consumers * taskRatePerSecond * stepSeconds) }),
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

type Meter = {
  read(from: number, to: number): void;
  readonly records: number;
  readonly lateRecords: number;
  readonly oldestSeconds: number;
};

/** Counts what is read in one step, evenly over its working time, and how old it is when it is. */
function createMeter(
  curve: ArrivalCurve,
  beginSeconds: number,
  workSeconds: number,
  queues: number,
  objectiveSeconds: number,
): Meter {
  let [records, lateRecords, oldestSeconds] = [0, 0, 0];
  return {
    read: (from, to) => {
      if (to <= from) return;
      let position = from;
      const processedAt = () => beginSeconds + (workSeconds * (position - from)) / (to - from);
      curve.visit(from, to, (count, firstAtSeconds, lastAtSeconds) => {
        const firstAge = processedAt() - firstAtSeconds;
        position += count;
        const lastAge = processedAt() - lastAtSeconds;
        records += count / queues;
        lateRecords += (count / queues) * shareAbove(objectiveSeconds, firstAge, lastAge);
        oldestSeconds = Math.max(oldestSeconds, firstAge, lastAge);
      });
    },
    get records() {
      return records;
    },
    get lateRecords() {
      return lateRecords;
    },
    get oldestSeconds() {
      return oldestSeconds;
    },
  };
}

/**
 * The share of values spread evenly between two that is above a limit.
 * E.g. of ages from 50 s to 70 s, a quarter is above 65 s.
 */
export function shareAbove(limit: number, first: number, last: number): number {
  const [low, high] = first < last ? [first, last] : [last, first];
  if (low > limit) return 1;
  if (high <= limit) return 0;
  return (high - limit) / (high - low);
}

/**
 * Shares a budget so that nobody gets more than he has waiting, and nobody who gets less gets less than another.
 * E.g. 90 for queues of 10, 50 and 60 are 10, 40 and 40.
 */
export function fairShares(waiting: readonly number[], budget: number): readonly number[] {
  let total = 0;
  for (const records of waiting) total += records;
  if (total <= budget) return waiting;
  const shares = waiting.slice();
  let left = budget;
  const ascending = waiting.map((_, index) => index).sort((a, b) => (waiting[a] ?? 0) - (waiting[b] ?? 0));
  ascending.forEach((index, served) => {
    const share = Math.min(waiting[index] ?? 0, left / (waiting.length - served));
    shares[index] = share;
    left -= share;
  });
  return shares;
}
