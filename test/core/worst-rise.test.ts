import { describe, expect, it } from 'vitest';
import type { Point } from '../../lib/contract/measurement.ts';
import { worstRiseAt, worstRises } from '../../lib/core/worst-rise.ts';

const binSeconds = 300;
const midnight = 1_795_737_600;
const hour = 3600;

/** Five-minute bins of so many days at 100 records/s, with some values of their own from a moment on. */
function history(
  days: number,
  values: readonly number[] = [],
  fromSeconds = midnight + 12.5 * hour,
): Point[] {
  return Array.from({ length: (days * 24 * hour) / binSeconds + 1 }, (_, index) => {
    const atSeconds = midnight + (index + 1) * binSeconds;
    const value = values[Math.round((atSeconds - binSeconds - fromSeconds) / binSeconds)] ?? 100;
    return { atSeconds, value };
  });
}

describe('worstRises', () => {
  it('the worked number: 140 within a quarter of an hour, in its hour and those beside it', () => {
    const rises = worstRises(history(3, [100, 120, 180, 240, 200]), binSeconds)!;
    expect(rises).toHaveLength(24);
    expect(rises.flatMap((rise, index) => (rise === 0 ? [] : [[index, rise]]))).toEqual([
      [11, 140],
      [12, 140],
      [13, 140],
    ]);
    expect(worstRiseAt(rises, midnight + 40 * 24 * hour + 13.9 * hour)).toBe(140);
  });

  it('goes around midnight', () => {
    const rises = worstRises(history(3, [100, 150], midnight + 24.5 * hour), binSeconds)!;
    expect([22, 23, 0, 1, 2].map((it) => rises[it])).toEqual([0, 50, 50, 50, 0]);
  });

  it('a jump from one bin to the next counts whole, and a fall not at all', () => {
    const rises = worstRises(history(3, [500, 40]), binSeconds)!;
    expect(rises[12]).toBe(400);
  });

  it('over a hole nothing is a rise', () => {
    const points = history(3, [100, 300, 300, 300, 300, 300, 300]);
    const without = points.filter((it) => Math.abs(it.atSeconds - midnight - 12.5 * hour - 300) > 1200);
    expect(worstRises(without, binSeconds)![12]).toBe(0);
  });

  it.each([
    ['no history', []],
    ['two days of it', history(2)],
  ])('says nothing of %s', (_, points) => {
    expect(worstRises(points, binSeconds)).toBeUndefined();
  });
});
