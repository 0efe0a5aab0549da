import { describe, expect, it } from 'vitest';
import { createArrivalCurve } from '../../lib/simulator/arrival-curve.ts';

/** 100 records in the first 5 s, none in the second, 50 in the third. */
function example() {
  const curve = createArrivalCurve(1000);
  for (const records of [100, 0, 50]) curve.add(records);
  return curve;
}

describe('an arrival curve', () => {
  it.each([
    [0, 1000],
    [40, 1002],
    // The hundred-and-first record came in the third step: in the second there was none.
    [100, 1010],
    [125, 1012.5],
    [150, 1015],
    [200, 1015],
  ])('knows when the record at position %s arrived: %s', (position, atSeconds) => {
    expect(example().arrivedAtSeconds(position)).toBe(atSeconds);
  });

  it.each([
    [990, 0],
    [1000, 0],
    [1002, 40],
    [1005, 100],
    [1009, 100],
    [1012.5, 125],
    [1015, 150],
    [2000, 150],
  ])('knows how many had arrived at %s: %s', (atSeconds, records) => {
    expect(example().arrivedBy(atSeconds)).toBe(records);
  });

  it('visits what lies between two positions, step by step', () => {
    const visited: number[][] = [];
    example().visit(40, 125, (...stretch) => visited.push(stretch));

    expect(visited).toEqual([
      [60, 1002, 1005],
      [25, 1010, 1012.5],
    ]);
  });

  it('visits nothing where there is nothing, and no more than there is', () => {
    const visited: number[][] = [];
    const curve = example();
    curve.visit(150, 150, (...stretch) => visited.push(stretch));
    curve.visit(140, 999, (...stretch) => visited.push(stretch));

    expect(visited).toEqual([[10, 1014, 1015]]);
  });

  it('finds records far behind as it finds those close to the end', () => {
    const curve = createArrivalCurve(0);
    for (let step = 0; step < 1000; step++) curve.add(10);

    for (let position = 0; position < 10_000; position += 37) {
      expect(curve.arrivedAtSeconds(position)).toBeCloseTo(position / 2, 6);
    }
  });
});
