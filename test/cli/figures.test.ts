import { expect, it } from 'vitest';
import { formatTable, rounded } from '../../lib/cli/figures.ts';

it.each([
  [0.012345678, 0.0123457],
  [0, 0],
  [1234567.8, 1234570],
])('rounded: %s is %s', (value, expected) => {
  expect(rounded(value)).toBe(expected);
});

it('a table has its first column to the left and the others to the right', () => {
  expect(
    formatTable([
      ['', 'lag', 'cost'],
      ['weir', '1 s', '1.15'],
    ]),
  ).toEqual(['      lag  cost', 'weir  1 s  1.15']);
});
