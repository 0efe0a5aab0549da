import { describe, expect, it } from 'vitest';
import { billedMilliseconds, dollarsOf, monthOf } from './cost.ts';
import { countHour } from './hour.ts';
import { readStack } from './stack.ts';

describe('what a service on Kinesis costs', () => {
  it('is mostly its metrics: rate and iterator age each minute, CPU and memory every ten, history hourly', async () => {
    const hour = await countHour(1, 0);
    expect(hour.usage.billed.get('metricsRequested')).toBe(60 + 60 + 6 + 6 + 1);
    const metrics = monthOf(hour, readStack()).find((it) => it.billed === 'metricsRequested');
    expect(metrics && dollarsOf(metrics)).toBeCloseTo(0.9709);
  });
});

describe('how long Lambda bills', () => {
  it.each([
    ['as in the docstring', 300, 20, 512, 349.1],
    ['a whole processor', 300, 20, 1769, 300],
    ['no faster than a whole one', 300, 20, 3538, 300],
  ])('%s', (_, wall, cpu, megabytes, milliseconds) => {
    expect(billedMilliseconds(wall, cpu, megabytes)).toBeCloseTo(milliseconds, 1);
  });
});
