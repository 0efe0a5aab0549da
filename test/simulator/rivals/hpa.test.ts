import { describe, expect, it } from 'vitest';
import {
  createHpa,
  defaultScaleDown,
  leastAfter,
  mostAfter,
  replicasFor,
} from '../../../lib/simulator/rivals/hpa.ts';

describe('replicasFor', () => {
  it.each([
    [1200, 100, 5, 12],
    [1200, 100, 11, 11],
    [1099, 100, 10, 10],
    [1101, 100, 10, 12],
    [899, 100, 10, 9],
    [0, 100, 10, 0],
    [1, 100, 0, 1],
  ])('a metric of %s at a target of %s with %s replicas: %s', (metric, target, current, wanted) => {
    expect(replicasFor(metric, target, current)).toBe(wanted);
  });
});

it('leastAfter: of 80 replicas 10 % are 8, and of 72 they are 7.2, rounded up to 8', () => {
  expect(leastAfter(80, 10)).toBe(72);
  expect(leastAfter(72, 10)).toBe(64);
  expect(leastAfter(10, 100)).toBe(0);
});

it('mostAfter: the larger of double and four more', () => {
  expect([1, 4, 10].map(mostAfter)).toEqual([5, 8, 20]);
});

describe('createHpa', () => {
  /** What becomes of a count, with a look each 15 s at what is wanted. */
  function play(hpa: ReturnType<typeof createHpa>, from: number, wanted: readonly number[]): number[] {
    let current = from;
    return wanted.map((count, index) => {
      current = hpa.sync(15 * index, current, count, [1, 100]);
      return current;
    });
  }
  const times = (count: number, value: number) => Array.from({ length: count }, () => value);

  it('goes up at once, by no more than double or four in each 15 s', () => {
    expect(play(createHpa(), 2, times(5, 40))).toEqual([6, 12, 24, 40, 40]);
  });

  it('goes down to the highest of five minutes of recommendations', () => {
    const counts = play(createHpa(), 10, [10, 8, ...times(25, 4)]);

    expect(counts.slice(0, 20)).toEqual(times(20, 10));
    expect(counts[20]).toBe(8);
    expect(counts[21]).toBe(4);
  });

  it('goes down by a share of what there was at the beginning of a period', () => {
    const hpa = createHpa({ stabilizationSeconds: 0, percent: 10, periodSeconds: 60 });

    expect(play(hpa, 80, times(9, 10))).toEqual([72, 72, 72, 72, 64, 64, 64, 64, 57]);
  });

  it('stays within its bounds, and comes up to the lower one at once', () => {
    expect(createHpa().sync(0, 3, 500, [1, 5])).toBe(5);
    expect(createHpa().sync(0, 1, 0, [20, 40])).toBe(20);
    expect(createHpa({ ...defaultScaleDown, stabilizationSeconds: 0 }).sync(0, 3, 0, [1, 5])).toBe(1);
  });
});
