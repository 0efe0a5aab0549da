import { describe, expect, it } from 'vitest';
import type { Point } from '../../lib/contract/measurement.ts';
import { accumulate, backlogFromLag, lagFromBacklog } from '../../lib/core/levels.ts';
import { noon } from '../control/world.ts';
import { deepFreeze, minutesUntil, repeated } from '../support/windows.ts';

const minutes = (values: readonly (number | undefined)[]): Point[] => deepFreeze(minutesUntil(noon, values));

/** Minutes of a steady 200 records/s until noon. */
const steady = (count: number) => accumulate(minutes(repeated(200, count)));

describe('accumulate', () => {
  it.each<[string, (number | undefined)[], number, number]>([
    ['ten minutes of 200 records/s', repeated(200, 10), 120_000, 0],
    ['a lost minute takes the mean of its neighbours', [100, undefined, 300], 60 * 600, 0],
    ['two lost ones likewise', [100, undefined, undefined, 300], 60 * 800, 0],
    ['a longer hole adds nothing', [100, undefined, undefined, undefined, 300], 60 * 400, 1],
    ['nothing', [], 0, 0],
    ['an idle stream', [0, 0, 0], 0, 0],
  ])('%s', (_, values, records, holes) => {
    const cumulative = accumulate(minutes(values));
    expect(cumulative.records.at(-1) ?? 0).toBeCloseTo(records, 6);
    expect(cumulative.holes).toHaveLength(holes);
  });

  it('counts what two overlapping minutes have in common once', () => {
    const overlapping = [
      { atSeconds: noon, value: 100 },
      { atSeconds: noon + 30, value: 100 },
    ];
    expect(accumulate(overlapping).records.at(-1)).toBe(9000);
  });
});

describe('backlogFromLag', () => {
  it('the worked number: 30 s behind at a steady 200 records/s are 6,000 records', () => {
    expect(backlogFromLag(minutes([30]), steady(10))).toEqual([{ atSeconds: noon - 30, value: 6000 }]);
  });

  it.each<[string, number, Point[]]>([
    ['no lag', 0, [{ atSeconds: noon - 30, value: 0 }]],
    ['a lag that reaches back before what is known', 3600, []],
  ])('%s', (_, lag, expected) => {
    expect(backlogFromLag(minutes([lag]), steady(10))).toEqual(expected);
  });

  it('a lag that reaches across a hole: unknown, and what does not is known', () => {
    const cumulative = accumulate(minutes([200, 200, ...repeated(undefined, 5), 200, 200]));
    expect(backlogFromLag(minutes([300]), cumulative)).toEqual([]);
    expect(backlogFromLag(minutes([60]), cumulative)).toEqual([{ atSeconds: noon - 30, value: 12_000 }]);
  });

  it('without arrivals: nothing', () => {
    expect(backlogFromLag(minutes([0, 10, 20]), accumulate([]))).toEqual([]);
  });
});

describe('lagFromBacklog', () => {
  it.each<[string, number, number, number | undefined]>([
    ['the worked number: 6,000 records at a steady 200 records/s', 6000, noon, 30],
    ['an empty queue', 0, noon, 0],
    ['more than has arrived: the known past is the least it can be', 1e9, noon, 600],
    ['a minute after the newest arrivals, which go on', 6000, noon + 60, 30],
    ['five minutes after them: unknown', 6000, noon + 300, undefined],
    ['before the first of them: unknown, and not below zero', 6000, noon - 660, undefined],
  ])('%s', (_, records, atSeconds, expected) => {
    expect(lagFromBacklog(records, atSeconds, steady(10))).toBe(expected);
  });

  it('of records that came in a burst long ago: as old as the burst', () => {
    const burst = accumulate(minutes([100, 0, 0, 0]));
    expect(lagFromBacklog(3000, noon, burst)).toBe(210);
    expect(lagFromBacklog(1, noon, burst)).toBeCloseTo(180, 1);
  });

  it('without arrivals: unknown, unless nothing waits', () => {
    expect(lagFromBacklog(5, noon, accumulate([]))).toBeUndefined();
    expect(lagFromBacklog(0, noon, accumulate([]))).toBe(0);
  });

  it('beside a hole: known behind and before it, unknown inside, and never below zero', () => {
    // Known until noon − 480, and from noon − 180 on.
    const cumulative = accumulate(
      minutes([...repeated(200, 10), ...repeated(undefined, 5), ...repeated(200, 3)]),
    );
    expect(lagFromBacklog(2000, noon - 500, cumulative)).toBe(10);
    expect(lagFromBacklog(2000, noon - 300, cumulative)).toBeUndefined();
    expect(lagFromBacklog(2000, noon, cumulative)).toBe(10);
    expect(lagFromBacklog(1e9, noon, cumulative)).toBe(180);
  });

  it('is the inverse of backlogFromLag', () => {
    const arrivals = minutes([50, 120, 300, 80, 700, 10, 240, 90]);
    const cumulative = accumulate(arrivals);
    for (const lag of [0, 7, 30, 95, 170, 310]) {
      const [backlog] = backlogFromLag(minutes([lag]), cumulative);
      expect(lagFromBacklog(backlog!.value, backlog!.atSeconds, cumulative)).toBeCloseTo(lag, 6);
    }
  });
});
