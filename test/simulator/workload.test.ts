import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/contract/weir-error.ts';
import { zeroSeconds } from '../../lib/simulator/time.ts';
import { readTrace, sliceTrace } from '../../lib/simulator/trace.ts';
import { burstWorkload, dayWorkload, traceWorkload, type Workload } from '../../lib/simulator/workload.ts';

const ratesOf = (workload: Workload, everySeconds = 60): number[] => {
  const rates: number[] = [];
  for (let at = workload.fromSeconds; at < workload.untilSeconds; at += everySeconds) {
    rates.push(workload.ratePerSecond(at));
  }
  return rates;
};

describe('traceWorkload', () => {
  const trace = readTrace('timestamp_s,rate\n0,10\n60,20\n120,40\n180,40\n', 'load.csv');
  const load = traceWorkload(sliceTrace(trace, 0), 400);

  it.each([
    [0, 100],
    [30, 150],
    [60, 200],
    [90, 300],
    [120, 400],
    [239, 400],
  ])('is linear between bins: after %s s, %s records/s', (afterSeconds, ratePerSecond) => {
    expect(load.ratePerSecond(zeroSeconds + afterSeconds)).toBeCloseTo(ratePerSecond, 1);
  });

  it('makes the 99.9th percentile of its part the peak, and leaves what is above it', () => {
    const rows = Array.from({ length: 2001 }, (_, minute) => `${60 * minute},${minute === 7 ? 5000 : 50}`);
    const spike = readTrace(`timestamp_s,rate\n${rows.join('\n')}\n`, 'spike.csv');

    const scaled = traceWorkload(sliceTrace(spike, 0), 400);

    expect(scaled.ratePerSecond(zeroSeconds + 6000)).toBeCloseTo(400);
    expect(scaled.ratePerSecond(zeroSeconds + 420)).toBeCloseTo(40_000);
  });

  it('begins at the whole minute, on the day that the trace has reached', () => {
    const later = traceWorkload(sliceTrace(trace, 90, 150), 400);

    expect(later.fromSeconds).toBe(zeroSeconds + 60);
    expect(later.untilSeconds).toBe(zeroSeconds + 180);
    expect(later.ratePerSecond(later.fromSeconds)).toBeCloseTo(300, 1);
  });

  it('has nothing to scale where there is no load', () => {
    const silence = readTrace('timestamp_s,rate\n0,0\n60,0\n', 'silence.csv');

    expect(() => traceWorkload(sliceTrace(silence, 0), 400)).toThrow(InputError);
  });
});

it('begins on a Monday at midnight', () => {
  expect(new Date(zeroSeconds * 1000).toUTCString()).toBe('Mon, 05 Jan 2026 00:00:00 GMT');
});

describe.each([
  ['dayWorkload', dayWorkload],
  ['burstWorkload', burstWorkload],
])('%s', (_, workload) => {
  it('is the same for the same seed, and another one for another', () => {
    expect(ratesOf(workload(1000, 1))).toEqual(ratesOf(workload(1000, 1)));
    expect(ratesOf(workload(1000, 1))).not.toEqual(ratesOf(workload(1000, 2)));
  });

  it.each([1, 2, 3])('peaks near what it was asked for (seed %s)', (seed) => {
    const highest = Math.max(...ratesOf(workload(1000, seed)));

    expect(highest).toBeGreaterThan(950);
    expect(highest).toBeLessThan(1150);
  });
});

describe('the seeded day', () => {
  const rates = ratesOf(dayWorkload(1000, 1));

  it('is quiet in the night and busy in the day', () => {
    const hour = (number: number) => rates.slice(60 * number, 60 * number + 60);
    expect(Math.max(...hour(3))).toBeLessThan(0.6 * Math.min(...hour(12)));
  });

  it('has a flash crowd that multiplies the load within minutes and goes more slowly than it came', () => {
    const steepest = Math.max(...rates.map((rate, minute) => rate / (rates[minute - 4] ?? rate)));
    const steepestFall = Math.max(...rates.map((rate, minute) => rate / (rates[minute + 4] ?? rate)));

    expect(steepest).toBeGreaterThan(2.5);
    expect(steepestFall).toBeLessThan(1.5);
  });
});

it('the burst multiplies a calm load by ten within half a minute, and takes it back', () => {
  const rates = ratesOf(burstWorkload(1000, 1), 5);
  const at = (seconds: number) => rates[seconds / 5] ?? Number.NaN;
  const rise = rates.findIndex((rate) => rate > 120);
  const top = rates.findIndex((rate) => rate > 900);

  expect(rise * 5).toBeGreaterThanOrEqual(3600);
  expect(5 * (top - rise)).toBeLessThanOrEqual(30);
  expect(at(3540)).toBeLessThan(120);
  expect(at(3600 + 1800)).toBeGreaterThan(850);
  expect(at(3600 + 2700)).toBeLessThan(120);
});
