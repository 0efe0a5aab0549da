import { expect, test } from 'vitest';
import { parseDuration } from '../../lib/cli/duration.ts';

test.each([
  ['90s', 90],
  ['10m', 600],
  ['24h', 86_400],
  ['5d', 432_000],
  ['1.5h', 5400],
  ['60', 60],
  [' 2 m ', 120],
  ['0', 0],
])('%s is %d seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(['', 'h', '-5m', '5w', '1e3s', '5 minutes', '1h30m', 'NaN'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
