import { describe, expect, it } from 'vitest';
import { splitTraces } from './split.ts';

describe('the split of the traces', () => {
  it('gives wc98_a, wc98_b and z to the fitted half, x and y to the reported one', () => {
    expect(Object.fromEntries(splitTraces(['x', 'wc98_b', 'z', 'y', 'wc98_a']))).toEqual({
      wc98_a: 'fitted',
      wc98_b: 'fitted',
      x: 'reported',
      y: 'reported',
      z: 'fitted',
    });
  });

  it('does not depend on the order', () => {
    const names = ['a', 'b', 'c', 'd', 'wc98_full', 'wc98_late', 'e', 'f'];
    const split = [...splitTraces(names)].sort();
    expect([...splitTraces(names.toReversed())].sort()).toEqual(split);
    expect(split.filter(([, half]) => half === 'reported')).toHaveLength(4);
  });

  it('of one trace leaves nothing to report', () => {
    expect([...splitTraces(['a'])]).toEqual([['a', 'fitted']]);
  });
});
