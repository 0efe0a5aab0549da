import type { ArrivalCurve } from './arrival-curve.ts';

export type Meter = {
  /** A queue that gets one record in `oneIn` of the stream is read from one position to another. */
  read(from: number, to: number, oneIn: number): void;
  readonly records: number;
  readonly lateRecords: number;
  readonly oldestSeconds: number;
};

/** Counts what is read in one step, evenly over its working time, and how old it is when it is. */
export function createMeter(
  curve: ArrivalCurve,
  beginSeconds: number,
  workSeconds: number,
  objectiveSeconds: number,
): Meter {
  let [records, lateRecords, oldestSeconds] = [0, 0, 0];
  /** The stretches that were read last, with the share of each that was late: mostly the next queue's are the same. */
  let [lastFrom, lastTo] = [Number.NaN, Number.NaN];
  let counts: number[] = [];
  let lateShares: number[] = [];

  const look = (from: number, to: number): void => {
    [lastFrom, lastTo, counts, lateShares] = [from, to, [], []];
    let position = from;
    const processedAt = () => beginSeconds + (workSeconds * (position - from)) / (to - from);
    curve.visit(from, to, (count, firstAtSeconds, lastAtSeconds) => {
      const firstAge = processedAt() - firstAtSeconds;
      position += count;
      const lastAge = processedAt() - lastAtSeconds;
      counts.push(count);
      lateShares.push(shareAbove(objectiveSeconds, firstAge, lastAge));
      oldestSeconds = Math.max(oldestSeconds, firstAge, lastAge);
    });
  };

  return {
    read: (from, to, oneIn) => {
      if (to <= from) return;
      if (from !== lastFrom || to !== lastTo) look(from, to);
      for (let index = 0; index < counts.length; index++) {
        const part = (counts[index] ?? 0) / oneIn;
        records += part;
        lateRecords += part * (lateShares[index] ?? 0);
      }
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
