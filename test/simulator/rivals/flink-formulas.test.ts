import { describe, expect, it } from 'vitest';
import {
  busyTrueRate,
  evaluate,
  flinkDefaults,
  parallelismFor,
  targetCapacity,
  trueRate,
  type VertexSample,
} from '../../../lib/simulator/rivals/flink-formulas.ts';

it('busyTrueRate: 400 records/s at 800 ms of each second are 500', () => {
  expect(busyTrueRate(400, 0.8)).toBeCloseTo(500);
  expect(busyTrueRate(0, 0)).toBe(Number.POSITIVE_INFINITY);
});

describe('trueRate', () => {
  it.each([
    ['the busy time promises a fifth more than was seen', 600, [500, 500], 500],
    ['it promises little more', 570, [500, 500], 570],
    ['once is not enough', 600, [500], 600],
    ['nothing was seen', 600, [], 600],
  ])('%s', (_, busy, observed, rate) => {
    expect(trueRate(busy, observed, flinkDefaults)).toBe(rate);
  });
});

describe('targetCapacity', () => {
  it('1000 records/s, 180,000 waiting, half an hour, five minutes to restart, at 0.7: 1695.2', () => {
    const metrics = { lagRecords: 180_000, targetRatePerSecond: 1000 };
    expect(targetCapacity(metrics, 0.7, flinkDefaults)).toBeCloseTo(1695.2, 1);
  });

  it('with a catch-up of 0 only the rate counts, and with a utilization of 0 any is too much', () => {
    const metrics = { lagRecords: 180_000, targetRatePerSecond: 700 };
    expect(targetCapacity(metrics, 0.7, { catchUpSeconds: 0, restartSeconds: 300 })).toBeCloseTo(1000);
    expect(targetCapacity(metrics, 0, flinkDefaults)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('evaluate', () => {
  const sample = (atSeconds: number, lagRecords: number, change: Partial<VertexSample> = {}) => ({
    atSeconds,
    lagRecords,
    inRatePerSecond: 1000,
    busyShare: 0.5,
    ...change,
  });

  it('adds the growth of the lag to what comes in', () => {
    expect(evaluate([sample(0, 0), sample(30, 3000), sample(60, 6000)], flinkDefaults)).toEqual({
      inRatePerSecond: 1000,
      lagRecords: 6000,
      targetRatePerSecond: 1100,
      trueRatePerSecond: 2000,
    });
  });

  it('never targets less than nothing, and knows nothing of one look', () => {
    expect(evaluate([sample(0, 90_000), sample(60, 0)], flinkDefaults)?.targetRatePerSecond).toBe(0);
    expect(evaluate([sample(0, 0)], flinkDefaults)).toBeUndefined();
  });

  it('believes what it sees while 30 s of work wait', () => {
    const full = [sample(0, 30_000), sample(60, 30_000)];
    expect(evaluate(full, flinkDefaults)?.trueRatePerSecond).toBe(1000);
  });
});

describe('parallelismFor', () => {
  const metrics = { inRatePerSecond: 0, lagRecords: 0, targetRatePerSecond: 1000, trueRatePerSecond: 2000 };

  it.each([
    ['within its band', 4, {}, 4],
    ['too little: 1428.6 + 166.7 of 900', 4, { trueRatePerSecond: 900 }, 8],
    ['twice of what it should be able to', 4, { targetRatePerSecond: 2000 }, 4],
    ['a little above that', 4, { targetRatePerSecond: 2001 }, 7],
    ['a third of what it could', 10, { targetRatePerSecond: 700 }, 6],
    ['hardly anything: at most 60 % go', 10, { targetRatePerSecond: 10 }, 4],
    ['nothing, of an endless true rate', 10, { targetRatePerSecond: 0, trueRatePerSecond: Infinity }, 4],
    ['far behind: held, though its load is low', 10, { targetRatePerSecond: 100, lagRecords: 30_001 }, 10],
    ['far behind, and too little to catch up', 4, { lagRecords: 3_000_000 }, 7],
  ])('%s', (_, current, change, parallelism) => {
    expect(parallelismFor(current, { ...metrics, ...change }, flinkDefaults)).toBe(parallelism);
  });
});
