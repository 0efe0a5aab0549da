import type { ArrivalCurve } from './arrival-curve.ts';
import type { Meter } from './meter.ts';
import type { Scenario } from './scenario.ts';

/** Age of the oldest waiting record, mean and worst of the partitions. */
export type Lags = { readonly meanSeconds: number; readonly worstSeconds: number };

/** What waits in a partition. */
export type PartitionState = {
  /** Its part of the records that arrive. */
  readonly share: number;
  readonly backlogRecords: number;
  readonly lagSeconds: number;
};

/** The partitions of a stream, each a queue of its own: first in, first out. */
export type PartitionQueues = {
  readonly count: number;
  waitingIn(queue: number): number;
  /** Reads so many records of a queue, at most those that wait. */
  read(queue: number, records: number, meter: Meter): void;
  /** Reads all that waits. */
  readAll(meter: Meter): void;
  /** Nothing of what had come waits. */
  readonly caughtUp: boolean;
  lags(nowSeconds: number): Lags;
  /** Records that wait and came before a position of the stream. */
  waitingBefore(position: number): number;
  states(nowSeconds: number): readonly PartitionState[];
};

/** A queue without partitions is one. */
export function createPartitionQueues(
  { partitions, partitionShares }: Pick<Scenario, 'partitions' | 'partitionShares'>,
  curve: ArrivalCurve,
): PartitionQueues {
  const count = partitions ?? 1;
  /** Each queue gets one record of the stream in so many. */
  const oneIn = Float64Array.from({ length: count }, (_, queue) => {
    const share = partitionShares?.[queue];
    return share === undefined ? count : 1 / share;
  });
  /** How far each queue has been read, on the curve of the whole stream: each gets its share of every stretch. */
  const positions = new Float64Array(count);
  /** How far all of them have been read while they are equally far, as they mostly are; then `positions` are not looked at. */
  let together: number | undefined = 0;
  const oneInOf = (queue: number) => oneIn[queue] ?? count;
  const positionOf = (queue: number) => together ?? positions[queue] ?? 0;
  const waitingIn = (queue: number) => (curve.total - positionOf(queue)) / oneInOf(queue);
  const apart = (): Float64Array => {
    if (together !== undefined) positions.fill(together);
    together = undefined;
    return positions;
  };

  return {
    count,
    waitingIn,
    read: (queue, records, meter) => {
      const from = positionOf(queue);
      // What is left of a whole queue would be rounding.
      const to = records === waitingIn(queue) ? curve.total : from + records * oneInOf(queue);
      meter.read(from, to, oneInOf(queue));
      apart()[queue] = to;
    },
    readAll: (meter) => {
      if (together !== undefined) meter.read(together, curve.total, 1);
      else for (const [queue, from] of positions.entries()) meter.read(from, curve.total, oneInOf(queue));
      together = curve.total;
    },
    get caughtUp() {
      if (together === undefined && positions.every((it) => it === curve.total)) together = curve.total;
      return together === curve.total;
    },
    lags: (nowSeconds) => {
      if (together === curve.total) return { meanSeconds: 0, worstSeconds: 0 };
      let [sum, worst, lag] = [0, 0, 0];
      let last = Number.NaN;
      for (const position of apart()) {
        // Mostly all queues are read equally far.
        if (position !== last) lag = nowSeconds - curve.arrivedAtSeconds(position);
        last = position;
        sum += lag;
        if (lag > worst) worst = lag;
      }
      return { meanSeconds: sum / count, worstSeconds: worst };
    },
    waitingBefore: (position) => {
      let records = 0;
      for (let queue = 0; queue < count; queue++) {
        records += Math.max(0, position - positionOf(queue)) / oneInOf(queue);
      }
      return records;
    },
    states: (nowSeconds) =>
      Array.from(apart(), (position, queue) => ({
        share: 1 / oneInOf(queue),
        backlogRecords: waitingIn(queue),
        lagSeconds: nowSeconds - curve.arrivedAtSeconds(position),
      })),
  };
}
