import { createArrivalCurve } from './arrival-curve.ts';
import { createMeter, fairShares, type Meter } from './meter.ts';
import { createPartitionQueues, type Lags, type PartitionState } from './partition-queues.ts';
import type { Scenario } from './scenario.ts';
import { heaviestShare, taskRateAt } from './service-capacity.ts';
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
  /** How much of what they can do the running tasks did, 0 to 1; unknown while none runs. */
  readonly busyShare?: number;
  /** How much of their time they were not idle: they worked, or waited for what is behind them. */
  readonly occupiedShare?: number;
  /** Only known while somebody reads. */
  readonly readerLag?: Lags;
  /** The same, worst, whether somebody reads or not. */
  readonly lagSeconds: number;
  /** Consumption stood still for some of the step: the tasks divided the partitions among them anew. */
  readonly rebalancing?: boolean;
};

export type StreamService = {
  /** Plays the next step: the tasks that ECS is asked for at its beginning, and the records that arrive in it. */
  step(desiredTasks: number, arrivedRecords: number): ServiceStep;
  readonly waitingRecords: number;
  /** Of the waiting: already older than the lag objective. */
  readonly lateWaitingRecords: number;
  /** What waits where; one partition for a queue without. */
  partitions(): readonly PartitionState[];
  /** A deployment has begun and is not complete. */
  readonly deploying: boolean;
  /** The newest revision's number, and what one task of it can process. */
  readonly revision: number;
  readonly taskRatePerSecond: number;
};

export type ServiceTraits = Pick<
  Scenario,
  | 'partitions'
  | 'partitionShares'
  | 'contention'
  | 'downstreamRatePerSecond'
  | 'taskRatePerSecond'
  | 'deployments'
  | 'startupSeconds'
  | 'rebalanceSeconds'
  | 'initialTasks'
  | 'lagObjectiveSeconds'
>;

/**
 * Tasks that read a stream. Each partition is a queue of its own, first in, first out, and belongs to one task: partition
 * i to task i mod n, so that with even keys the busiest task has ⌈P/n⌉ of them. A task spreads its rate fairly over its
 * partitions. A queue without partitions is one queue that every task reads. Tasks may get into each other's way
 * (`contention`), and all of them together are no faster than what is behind them. When other tasks consume than before,
 * consumption stops for `rebalanceSeconds`.
 */
export function createStreamService(traits: ServiceTraits, fromSeconds: number, seed: number): StreamService {
  const { rebalanceSeconds, lagObjectiveSeconds, downstreamRatePerSecond } = traits;
  const curve = createArrivalCurve(fromSeconds);
  const queues = createPartitionQueues(traits, curve);
  const tasks = createTasks(traits, fromSeconds, seed);
  let nowSeconds = fromSeconds;
  let consumers = tasks.running;
  let pausedUntilSeconds = fromSeconds;
  const heaviestShareOf = remembered((count) => heaviestShare(traits, count));

  const rateAt = (taskRatePerSecond: number) => taskRateAt({ ...traits, taskRatePerSecond }, consumers);
  let rates = { newest: rateAt(tasks.taskRatePerSecond), outgoing: 0 };

  /** What so many tasks can process, from one on: the first of those that run are the ones that a deployment replaces. */
  const rateOf = (firstTask: number, count: number): number => {
    const outgoing = Math.min(count, Math.max(0, tasks.outgoing - firstTask));
    return (count - outgoing) * rates.newest + outgoing * rates.outgoing;
  };

  /** Whether the tasks, and what is behind them, can process so many records for sure. What is close is not for sure. */
  const canProcess = (records: number, workSeconds: number): boolean => {
    if (workSeconds === 0 || tasks.outgoing > 0) return false;
    const downstream = downstreamRatePerSecond ?? Number.POSITIVE_INFINITY;
    const capacity = Math.min(downstream, rates.newest / heaviestShareOf(consumers));
    return records < capacity * workSeconds * (1 - 1e-9);
  };

  /** What each reader would read of each of its queues in a step if nothing behind the tasks held it up. */
  const plan = (workSeconds: number): readonly (readonly number[])[] => {
    const shared = traits.partitions === undefined;
    const readers = shared ? 1 : Math.min(consumers, queues.count);
    const plans: (readonly number[])[] = [];
    for (let reader = 0; reader < readers; reader++) {
      const budget = rateOf(reader, shared ? consumers : 1) * workSeconds;
      const waiting: number[] = [];
      for (let queue = reader; queue < queues.count; queue += readers) waiting.push(queues.waitingIn(queue));
      plans.push(fairShares(waiting, budget));
    }
    return plans;
  };

  /** Reads the queues as far as the tasks, and what is behind them, allow. The share of the tasks that it holds up. */
  const consume = (workSeconds: number, meter: Meter): number => {
    if (workSeconds === 0) return 0;
    const plans = plan(workSeconds);
    const allowed =
      downstreamRatePerSecond === undefined ? 1 : allowedShare(plans, downstreamRatePerSecond * workSeconds);
    for (const [reader, taken] of plans.entries()) {
      let queue = reader;
      for (const records of taken) {
        queues.read(queue, allowed * records, meter);
        queue += plans.length;
      }
    }
    if (allowed === 1) return 0;
    const held = plans.filter((taken) => taken.some((records) => records > 0)).length;
    return traits.partitions === undefined ? 1 : held / consumers;
  };

  return {
    step: (desiredTasks, arrivedRecords) => {
      tasks.reconcile(desiredTasks, nowSeconds);
      if (tasks.running !== consumers || tasks.replaced) pausedUntilSeconds = nowSeconds + rebalanceSeconds;
      consumers = tasks.running;
      rates = {
        newest: rateAt(tasks.taskRatePerSecond),
        outgoing: rateAt(tasks.outgoingTaskRatePerSecond),
      };
      const nothingWaited = queues.caughtUp;
      curve.add(arrivedRecords);

      const pausedSeconds = Math.min(stepSeconds, Math.max(0, pausedUntilSeconds - nowSeconds));
      const workSeconds = consumers === 0 ? 0 : stepSeconds - pausedSeconds;
      const meter = createMeter(curve, nowSeconds + pausedSeconds, workSeconds, lagObjectiveSeconds);
      let heldShare = 0;
      // Mostly all that comes is read in the step in which it comes: no queue needs to be looked at by itself then.
      if (nothingWaited && canProcess(arrivedRecords, workSeconds)) queues.readAll(meter);
      else heldShare = consume(workSeconds, meter);
      nowSeconds += stepSeconds;

      const lag = queues.lags(nowSeconds);
      const busyShare = meter.records / (rateOf(0, consumers) * stepSeconds);
      return {
        atSeconds: nowSeconds,
        arrivedRecords,
        processedRecords: meter.records,
        lateRecords: meter.lateRecords,
        oldestSeconds: Math.max(meter.oldestSeconds, lag.worstSeconds),
        runningTasks: tasks.running,
        startingTasks: tasks.starting,
        ...(consumers > 0 && {
          busyShare,
          occupiedShare: Math.max(busyShare, (heldShare * workSeconds) / stepSeconds),
        }),
        ...(workSeconds > 0 && { readerLag: lag }),
        lagSeconds: lag.worstSeconds,
        ...(consumers > 0 && pausedSeconds > 0 && { rebalancing: true }),
      };
    },
    partitions: () => queues.states(nowSeconds),
    get waitingRecords() {
      return queues.waitingBefore(curve.total);
    },
    get lateWaitingRecords() {
      return queues.waitingBefore(curve.arrivedBy(nowSeconds - lagObjectiveSeconds));
    },
    get deploying() {
      return tasks.deploying;
    },
    get revision() {
      return tasks.revision;
    },
    get taskRatePerSecond() {
      return tasks.taskRatePerSecond;
    },
  };
}

/** Which share of what the tasks would read is let through. E.g. 3,000 records against a limit of 2,400: 0.8. */
function allowedShare(plans: readonly (readonly number[])[], mostRecords: number): number {
  let records = 0;
  for (const taken of plans) for (const it of taken) records += it;
  return records <= mostRecords ? 1 : mostRecords / records;
}

/** The same, looked up where it was asked before. */
function remembered(of: (count: number) => number): (count: number) => number {
  const known: number[] = [];
  return (count) => {
    const value = known[count] ?? of(count);
    known[count] = value;
    return value;
  };
}
