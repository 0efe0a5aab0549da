import { describe, expect, it } from 'vitest';
import { capacityAt, heaviestShare, taskRateAt } from '../../lib/simulator/service-capacity.ts';

describe('taskRateAt', () => {
  it('the worked number: 500, σ = 0.02, κ = 0.0005, 20 tasks', () => {
    const traits = { taskRatePerSecond: 500, contention: { sigma: 0.02, kappa: 0.0005 } };
    expect(taskRateAt(traits, 20)).toBeCloseTo(318.5, 1);
    expect(taskRateAt(traits, 1)).toBe(500);
  });
});

describe('heaviestShare', () => {
  it.each([
    ['even keys: 8 partitions on 5 tasks, two on the busiest', undefined, 5, 0.25],
    ['a hot partition by itself', [0.5, 0.1, 0.1, 0.1, 0.1, 0.1], 6, 0.5],
    ['and with a neighbour', [0.5, 0.1, 0.1, 0.1, 0.1, 0.1], 5, 0.6],
  ])('%s', (_, partitionShares, tasks, expected) => {
    const traits = { partitions: 8, taskRatePerSecond: 500, ...(partitionShares && { partitionShares }) };
    expect(heaviestShare(traits, tasks)).toBeCloseTo(expected);
  });
});

describe('capacityAt', () => {
  it('the worked number: 4 tasks of 500, half of the load on one of 8 partitions', () => {
    const partitionShares = [0.5, ...new Array(7).fill(0.5 / 7)];
    expect(capacityAt({ partitions: 8, partitionShares, taskRatePerSecond: 500 }, 4)).toBeCloseTo(875);
  });

  it('is no more than what is behind the tasks takes, and nothing without tasks', () => {
    const traits = { taskRatePerSecond: 500, downstreamRatePerSecond: 1800 };
    expect(capacityAt(traits, 3)).toBe(1500);
    expect(capacityAt(traits, 30)).toBe(1800);
    expect(capacityAt(traits, 0)).toBe(0);
  });
});
