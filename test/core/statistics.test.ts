import { describe, expect, it } from 'vitest';
import { clamp, maximum, mean, median, quantile } from '../../lib/core/statistics.ts';
import { deepFreeze } from '../support/windows.ts';

describe('of nothing, nothing is known', () => {
  it.each([
    ['mean', mean([])],
    ['maximum', maximum([])],
    ['median', median([])],
    ['quantile', quantile([], 0.9)],
  ])('%s', (_, value) => expect(value).toBeUndefined());
});

describe('quantile', () => {
  it.each([
    ['the worked number: 0.75 of 1, 2, 3, 4', [1, 2, 3, 4], 0.75, 3.25],
    ['whatever the order', [4, 1, 3, 2], 0.75, 3.25],
    ['by number, not by letter', [10, 9, 100], 0.5, 10],
    ['the least', [3, 1, 2], 0, 1],
    ['the largest', [3, 1, 2], 1, 3],
    ['one value is all its quantiles', [7], 0.8, 7],
    ['below zero', [-2, -4], 0.5, -3],
  ])('%s', (_, values, share, expected) => {
    expect(quantile(deepFreeze(values), share)).toBe(expected);
  });
});

describe('mean, median and maximum', () => {
  it.each([
    [[2], 2, 2, 2],
    [[1, 2, 6], 3, 2, 6],
    [[1, 2, 3, 100], 26.5, 2.5, 100],
    [[-5, -1], -3, -3, -1],
    [[0, 0, 0], 0, 0, 0],
  ])('%j', (values, expectedMean, expectedMedian, expectedMaximum) => {
    expect(mean(values)).toBe(expectedMean);
    expect(median(values)).toBe(expectedMedian);
    expect(maximum(values)).toBe(expectedMaximum);
  });
});

it.each([
  [5, 0, 1, 1],
  [-5, 0, 1, 0],
  [0.4, 0, 1, 0.4],
])('clamp %d within %d and %d: %d', (value, low, high, expected) => {
  expect(clamp(value, low, high)).toBe(expected);
});
