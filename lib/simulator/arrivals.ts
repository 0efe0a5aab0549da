import { randomGamma, randomPoisson } from 'd3-random';
import { createRandom } from './random.ts';
import { stepSeconds } from './time.ts';
import type { Workload } from './workload.ts';

/** Real sources are a little less regular than Poisson's law, whose variance is its mean. */
export const varianceToMean = 1.2;

/**
 * How many records arrive in each step, from the workload's beginning on: each call draws the next step. The same
 * workload and seed give the same counts, whoever draws them.
 */
export function createArrivals(workload: Workload, seed: number): () => number {
  const random = createRandom(seed, 'arrivals');
  const gamma = randomGamma.source(random);
  const poisson = randomPoisson.source(random);
  let atSeconds = workload.fromSeconds;
  return () => {
    const mean = workload.ratePerSecond(atSeconds + stepSeconds / 2) * stepSeconds;
    atSeconds += stepSeconds;
    return mean > 0 ? poisson(gamma(...gammaOf(mean))())() : 0;
  };
}

/**
 * Shape and scale of a gamma-distributed mean whose Poisson counts have `mean` and variance `varianceToMean`·mean:
 * scale = varianceToMean − 1, shape = mean ÷ scale. E.g. for a mean of 500, a scale of 0.2 and a shape of 2,500.
 */
export function gammaOf(mean: number): [shape: number, scale: number] {
  const scale = varianceToMean - 1;
  return [mean / scale, scale];
}
