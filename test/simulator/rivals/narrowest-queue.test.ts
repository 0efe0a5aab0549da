import { describe, expect, it } from 'vitest';
import { narrowestCapacity } from '../../../lib/simulator/rivals/narrowest-queue.ts';
import { capacityAt } from '../../../lib/simulator/service-capacity.ts';

const shares = [0.2, 0.05, ...Array.from({ length: 15 }, () => 0.05)];
/** With 16 tasks, the first has the partitions with 20 % and 5 %. */
const skewed = { partitions: 17, partitionShares: shares, taskRatePerSecond: 500 };

describe('narrowestCapacity', () => {
  it('a task of 500 with partitions of 20 % and 5 % of 1,600 records/s is enough for 2,100', () => {
    expect(narrowestCapacity(skewed, 16, 1600)).toBeCloseTo(2100);
  });

  it('is what the task can do for all of its partitions when the load is as much', () => {
    const capacity = capacityAt(skewed, 16);
    expect(narrowestCapacity(skewed, 16, capacity)).toBeCloseTo(capacity);
  });

  it('is no less than the fair share of the hot partition', () => {
    expect(narrowestCapacity(skewed, 16, 1e6)).toBeCloseTo(500 / 2 / 0.2);
  });

  it.each([1, 5, 8, 20])('is that of all partitions where they are even, for %d tasks', (tasks) => {
    const even = { partitions: 8, taskRatePerSecond: 500 };
    expect(narrowestCapacity(even, tasks, 1000)).toBe(capacityAt(even, tasks));
    const said = { ...even, partitionShares: Array.from({ length: 8 }, () => 1 / 8) };
    expect(narrowestCapacity(said, tasks, 1000)).toBeCloseTo(capacityAt(even, tasks));
  });

  it('is no more than what is behind the tasks, and nothing without any', () => {
    expect(narrowestCapacity({ ...skewed, downstreamRatePerSecond: 900 }, 16, 100)).toBe(900);
    expect(narrowestCapacity(skewed, 0, 100)).toBe(0);
  });
});
