import { describe, expect, it } from 'vitest';
import { fairShares, shareAbove } from '../../lib/simulator/meter.ts';

describe('shareAbove', () => {
  it.each([
    [65, 50, 70, 0.25],
    [65, 70, 50, 0.25],
    [65, 50, 65, 0],
    [65, 65, 70, 1],
    [65, 66, 66, 1],
    [65, 65, 65, 0],
  ])('above %s, of %s to %s: %s', (limit, first, last, share) => {
    expect(shareAbove(limit, first, last)).toBeCloseTo(share);
  });
});

describe('fairShares', () => {
  it.each([
    [[10, 50, 60], 90, [10, 40, 40]],
    [[60, 10, 50], 90, [40, 10, 40]],
    [[10, 20], 30, [10, 20]],
    [[10, 20], 99, [10, 20]],
    [[10, 20], 0, [0, 0]],
    [[], 10, []],
  ])('of %j, %s: %j', (waiting, budget, shares) => {
    expect(fairShares(waiting, budget)).toEqual(shares);
  });
});
