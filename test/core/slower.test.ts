import { describe, expect, it } from 'vitest';
import { isCpuFull } from '../../lib/core/cpu-full.ts';
import type { RateObservation } from '../../lib/core/loop-state.ts';
import { withoutFormer } from '../../lib/core/slower.ts';
import type { SeenRate } from '../../lib/core/unsaturated.ts';
import { memoryOf } from '../support/capacities.ts';
import { newestMinute, now, repeated, windowOf } from '../support/windows.ts';

const saturated = (...rates: readonly number[]): RateObservation[] =>
  rates.map((perTaskPerSecond, index) => ({
    atSeconds: newestMinute - 60 * (rates.length - 1 - index),
    tasks: 8,
    perTaskPerSecond,
  }));

/** A minute half an hour ago in which the tasks kept up. */
const kept: SeenRate = {
  atSeconds: now - 1800,
  tasks: 8,
  perTaskPerSecond: 200,
  atLeastPerSecond: 200,
};

const look = (rates: readonly number[], cpuPercent: number | undefined) => {
  const window = windowOf({
    values: cpuPercent === undefined ? {} : { cpuPercent: repeated(cpuPercent, 10) },
  });
  return withoutFormer(window, { ...memoryOf([]), saturated: saturated(...rates) }, [kept]);
};

describe('withoutFormer', () => {
  it('the worked number: 200 each while they kept up, and 186, 184, 183 at full CPU', () => {
    const { memory, seen } = look([199, 186, 184, 183], 88);
    expect(memory.slowerSinceSeconds).toBe(newestMinute - 120);
    expect(memory.saturated.map((it) => it.perTaskPerSecond)).toEqual([186, 184, 183]);
    expect(seen).toEqual([]);
  });

  it.each<[string, readonly number[], number | undefined]>([
    ['their CPU is idle: they wait for something', [186, 184, 183], 30],
    ['their CPU is not known', [186, 184, 183], undefined],
    ['two minutes prove nothing', [184, 183], 88],
    ['no slower than noise', [199, 198, 197], 88],
  ])('nothing is forgotten where %s', (_, rates, cpuPercent) => {
    const { memory, seen } = look(rates, cpuPercent);
    expect(memory).not.toHaveProperty('slowerSinceSeconds');
    expect(seen).toEqual([kept]);
  });
});

describe('isCpuFull', () => {
  it.each<[string, number | undefined, boolean | undefined]>([
    ['the worked number: 85 %', 85, true],
    ['the worked number: 40 %', 40, false],
    ['unknown', undefined, undefined],
  ])('%s', (_, cpuPercent, expected) => {
    const window = windowOf({ values: cpuPercent === undefined ? {} : { cpuPercent: [cpuPercent] } });
    expect(isCpuFull(window, now - 300)).toBe(expected);
  });

  it('a minute of before says nothing', () => {
    expect(isCpuFull(windowOf({ values: { cpuPercent: [85] } }), now)).toBeUndefined();
  });
});
