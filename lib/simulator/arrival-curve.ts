import { stepSeconds } from './time.ts';

/**
 * All records of a stream in the order of their arrival. A record's position is the number of those before it; how far
 * a reader has come is a position too, so the backlog is a difference and each waiting record's age is known. The
 * records of one step arrive evenly spread over it.
 */
export type ArrivalCurve = {
  /** Records so far. */
  readonly total: number;
  /** Adds a step. */
  add(records: number): void;
  /** Records that had arrived at a moment. */
  arrivedBy(atSeconds: number): number;
  /** When the record at this position arrived. For the position after the last one, the end of the last step. */
  arrivedAtSeconds(position: number): number;
  /** Calls for each step's share of the records between two positions, oldest first. */
  visit(from: number, to: number, stretch: Stretch): void;
};

/** Records that arrived in one step: how many, and when the first and the last of them did. */
type Stretch = (records: number, firstAtSeconds: number, lastAtSeconds: number) => void;

export function createArrivalCurve(fromSeconds: number): ArrivalCurve {
  /** Records before each step, and at last all of them. */
  const before: number[] = [0];

  const totalBefore = (step: number) => before[step] ?? 0;
  let total = 0;

  /** The step in which the record at this position arrived, or the number of steps if it has not. */
  const stepOf = (position: number): number => {
    if (position >= total) return before.length - 1;
    // Readers are mostly close to the end: look there first, in strides that double, then between the last two.
    let [low, high, stride] = [before.length - 2, before.length - 1, 1];
    while (low > 0 && totalBefore(low) > position) {
      high = low;
      low = Math.max(0, low - stride);
      stride *= 2;
    }
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (totalBefore(middle) <= position) low = middle;
      else high = middle;
    }
    return low;
  };

  const timeIn = (step: number, position: number): number => {
    const records = totalBefore(step + 1) - totalBefore(step);
    const share = records > 0 ? (position - totalBefore(step)) / records : 0;
    return fromSeconds + stepSeconds * (step + share);
  };

  return {
    get total() {
      return total;
    },
    add: (records) => {
      total += records;
      before.push(total);
    },
    arrivedBy: (atSeconds) => {
      const steps = (atSeconds - fromSeconds) / stepSeconds;
      if (steps <= 0) return 0;
      if (steps >= before.length - 1) return total;
      const step = Math.floor(steps);
      return totalBefore(step) + (totalBefore(step + 1) - totalBefore(step)) * (steps - step);
    },
    arrivedAtSeconds: (position) => {
      const step = stepOf(position);
      return step === before.length - 1 ? fromSeconds + stepSeconds * step : timeIn(step, position);
    },
    visit: (from, to, stretch) => {
      const end = Math.min(to, total);
      let position = from;
      for (let step = stepOf(from); position < end; step++) {
        const next = Math.min(end, totalBefore(step + 1));
        if (next > position) stretch(next - position, timeIn(step, position), timeIn(step, next));
        position = Math.max(position, next);
      }
    },
  };
}
