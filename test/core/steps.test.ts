import { describe, expect, it } from 'vitest';
import { leastAfterStep, leastToBear, stepOut } from '../../lib/core/steps.ts';

describe('stepOut', () => {
  it.each([
    ['the worked number', 4, 0.5, 6],
    ['one task', 1, 0.5, 2],
    ['none', 0, 0.5, 1],
    ['a part of a task is one', 3, 0.1, 4],
    ['70 · 0.1 is 7.000000000000001', 70, 0.1, 77],
  ])('%s: %d and a step of %d make %d', (_, tasks, step, expected) => {
    expect(stepOut(tasks, step)).toBe(expected);
  });
});

describe('leastAfterStep', () => {
  it.each([
    [10, 0.3, 7],
    [2, 0.3, 2],
    [20, 0.3, 14],
    [70, 0.9, 7],
  ])('of %i tasks a step of %d leaves %i', (tasks, step, expected) => {
    expect(leastAfterStep(tasks, step)).toBe(expected);
  });
});

describe('leastToBear', () => {
  it.each([
    [10, 0.3, 0.8, 4],
    [2, 0.45, 0.8, 2],
    [8, 0.1, 0.8, 1],
  ])('%i tasks at %d, to stand at %d at most: %i', (tasks, factor, highest, expected) => {
    expect(leastToBear(tasks, factor, highest)).toBe(expected);
  });
});
