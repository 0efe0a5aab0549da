import { describe, expect, it } from 'vitest';
import { createDemand, createElasticityMeter, demandOf } from '../../lib/simulator/elasticity.ts';
import { capacityAt } from '../../lib/simulator/service-capacity.ts';

describe('createElasticityMeter', () => {
  const measure = (...steps: readonly (readonly [demand: number, supply: number])[]) => {
    const meter = createElasticityMeter();
    for (const [demand, supply] of steps) meter.record(demand, supply);
    return meter.elasticity;
  };

  it('the worked number: d = 4, 4, 2 and s = 3, 4, 3', () => {
    const { thetaU, thetaO, tauU, tauO } = measure([4, 3], [4, 4], [2, 3]);
    expect(thetaU).toBeCloseTo(8.33, 2);
    expect(thetaO).toBeCloseTo(16.67, 2);
    expect(tauU).toBeCloseTo(33.3, 1);
    expect(tauO).toBeCloseTo(33.3, 1);
  });

  it('counts each task as if one was needed where none is', () => {
    expect(measure([0, 3], [0, 0])).toEqual({ thetaU: 0, thetaO: 150, tauU: 0, tauO: 50 });
  });

  it('has seen nothing of no time', () => {
    expect(measure()).toEqual({ thetaU: 0, thetaO: 0, tauU: 0, tauO: 0 });
  });
});

describe('createDemand', () => {
  const even = { taskRatePerSecond: 500, partitions: 8 };
  const demand = createDemand({ minTasks: 1, maxTasks: 10 }, (tasks) => capacityAt(even, tasks));

  it.each([
    [0, 1],
    [500, 1],
    [501, 2],
    [2000, 4],
    // The worked number: 5, 6 and 7 tasks are worth only 4.
    [2100, 8],
    [4000, 8],
    // More than any count can do: the fewest that come closest.
    [9000, 8],
  ])('%s records/s need %s tasks', (ratePerSecond, tasks) => {
    expect(demand(ratePerSecond)).toBe(tasks);
  });

  it('is the fewest that come closest where tasks hinder each other, or something behind them is full', () => {
    const bounds = { minTasks: 0, maxTasks: 50, taskRatePerSecond: 500 };
    const contended = demandOf({ ...bounds, contention: { sigma: 0, kappa: 0.01 } });
    const limited = demandOf({ ...bounds, downstreamRatePerSecond: 1800 });

    expect([contended(0), contended(501), contended(1e6)]).toEqual([0, 2, 10]);
    expect([limited(1700), limited(1e6)]).toEqual([4, 4]);
  });
});
