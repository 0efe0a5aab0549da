import { describe, expect, it } from 'vitest';
import type { Trace } from '../../../lib/simulator/trace.ts';
import { eventfulness, eventfulPart, isCoarse } from './window.ts';

const hourSeconds = 3600;
const daySeconds = 24 * hourSeconds;

/** Hours of one record/s, but for those that are told. */
function hourly(days: number, others: Readonly<Record<number, number>> = {}): Trace {
  const hours = Array.from({ length: 24 * days }, (_, hour) => hour);
  return {
    fileName: 'hours.csv',
    timesSeconds: hours.map((hour) => hour * hourSeconds),
    rates: hours.map((hour) => others[hour] ?? 1),
    lengthSeconds: days * daySeconds,
  };
}

it('eventfulness: of 1, 2, 2, 2 and 10 it is 4.98', () => {
  expect(eventfulness([1, 2, 2, 2, 10])).toBeCloseTo(9.968 / 2, 3);
});

describe('the eventful part', () => {
  it.each([
    ['ends with the days that have the spike', hourly(5, { 110: 9 }), 2, 3],
    ['is the earliest of equals', hourly(5, { 60: 9 }), 2, 1],
    ['is the first where nothing happens', hourly(5), 2, 0],
    ['is the larger spike, not the first', hourly(5, { 10: 5, 100: 9 }), 2, 3],
    [
      'is not one whose median is 0',
      hourly(4, Object.fromEntries([...Array(40).keys()].map((hour) => [hour, 0]))),
      2,
      1,
    ],
  ])('%s', (_, trace, days, fromDay) => {
    expect(eventfulPart(trace, days)).toMatchObject({
      fromSeconds: fromDay * daySeconds,
      forSeconds: days * daySeconds,
    });
  });

  it('is all of a shorter trace', () => {
    const part = eventfulPart(hourly(3, { 60: 9 }), 7);
    expect(part).toMatchObject({ fromSeconds: 0, forSeconds: 3 * daySeconds });
  });

  it('of less than a day begins at a multiple of its length', () => {
    const part = eventfulPart(hourly(3, { 50: 9 }), 0.25);
    expect(part).toMatchObject({ fromSeconds: 48 * hourSeconds, forSeconds: 6 * hourSeconds });
  });
});

it.each([
  [300, false],
  [600, true],
  [3600, true],
])('bins of %d s are coarse: %s', (seconds, coarse) => {
  expect(isCoarse({ ...hourly(1), timesSeconds: [0, seconds] })).toBe(coarse);
});
