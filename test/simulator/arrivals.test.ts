import { describe, expect, it } from 'vitest';
import { mean } from '../../lib/core/statistics.ts';
import { createArrivals, gammaOf, varianceToMean } from '../../lib/simulator/arrivals.ts';
import { createRandom } from '../../lib/simulator/random.ts';
import { constantLoad } from './constant-load.ts';

const draw = (ratePerSecond: number, seed: number, steps: number) => {
  const next = createArrivals(constantLoad(ratePerSecond), seed);
  return Array.from({ length: steps }, next);
};

describe('createArrivals', () => {
  it('draws whole numbers, the same for the same seed', () => {
    const counts = draw(100, 1, 500);

    expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    expect(draw(100, 1, 500)).toEqual(counts);
    expect(draw(100, 2, 500)).not.toEqual(counts);
  });

  it('draws these, on every machine', () => {
    expect(draw(100, 1, 5)).toMatchInlineSnapshot(`
      [
        499,
        518,
        481,
        502,
        479,
      ]
    `);
  });

  it.each([0.4, 20, 2000])('is a little over-dispersed around the load (%s records/s)', (ratePerSecond) => {
    const counts = draw(ratePerSecond, 3, 20_000);
    const average = mean(counts) ?? Number.NaN;
    const variance = mean(counts.map((count) => (count - average) ** 2)) ?? Number.NaN;

    expect(average / (5 * ratePerSecond)).toBeCloseTo(1, 1);
    expect(variance / average).toBeGreaterThan(1.15);
    expect(variance / average).toBeLessThan(1.25);
  });

  it('has nothing where there is no load', () => {
    expect(draw(0, 1, 3)).toEqual([0, 0, 0]);
  });
});

it('gammaOf: a mean of 500 has a scale of 0.2 and a shape of 2,500', () => {
  const [shape, scale] = gammaOf(500);

  expect(shape).toBeCloseTo(2500);
  expect(scale).toBeCloseTo(0.2);
  expect(shape * scale).toBeCloseTo(500);
  expect(1 + scale).toBeCloseTo(varianceToMean);
});

it('each purpose has numbers of its own', () => {
  const numbers = (seed: number, purpose: string) => Array.from({ length: 5 }, createRandom(seed, purpose));

  expect(numbers(1, 'arrivals')).toEqual(numbers(1, 'arrivals'));
  expect(numbers(1, 'arrivals')).not.toEqual(numbers(1, 'start-up'));
});
