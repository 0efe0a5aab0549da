import { expect, it } from 'vitest';
import { labelOffsets } from './picture.ts';

it.each([
  ['of one dot stays', [{ text: 'weir', x: 0, y: 50 }], [0]],
  [
    'of dots at the same place are below each other',
    [
      { text: 'a', x: 10, y: 50 },
      { text: 'b', x: 10, y: 50 },
      { text: 'c', x: 12, y: 55 },
    ],
    [0, 14, 23],
  ],
  [
    'beside each other stay',
    [
      { text: 'weir', x: 10, y: 50 },
      { text: 'weir', x: 60, y: 50 },
    ],
    [0, 0],
  ],
])('a label %s', (_, labels, offsets) => {
  expect(labelOffsets(labels)).toEqual(offsets);
});
