import { describe, expect, it } from 'vitest';
import { inBatches } from '../../lib/adapters/batches.ts';

describe('inBatches', () => {
  const size = (it: number) => it;

  it.each([
    ['sizes 4, 4, 4 with at most 10 together', [4, 4, 4], 10, 10, [[4, 4], [4]]],
    ['no items', [], 10, 10, []],
    ['a full batch', [5, 5], 10, 10, [[5, 5]]],
    ['one item too large by itself', [1, 11, 1], 10, 10, [[1], [11], [1]]],
    ['the number of items before their size', [1, 1, 1], 2, 10, [[1, 1], [1]]],
  ])('cuts %s', (_, items, maximum, maximumSize, expected) => {
    expect(inBatches(items, maximum, size, maximumSize)).toEqual(expected);
  });

  it('counts alone when no size is given', () => {
    expect(inBatches([1, 2, 3], 2)).toEqual([[1, 2], [3]]);
  });
});
