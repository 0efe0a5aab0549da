import { describe, expect, it } from 'vitest';
import { casesOf, dominates, excessLateness, isFeasible, rivalsIn, weightedTotal } from './cases.ts';
import { resultOf } from './result-of.ts';

const outcome = (lateRecordsShare: number, taskHours: number) => ({ lateRecordsShare, taskHours });

describe('dominance', () => {
  it.each([
    ['less late for as much', outcome(0.01, 100), outcome(0.02, 100), true],
    ['as late for less', outcome(0.01, 90), outcome(0.01, 100), true],
    ['less late for less', outcome(0.01, 90), outcome(0.02, 100), true],
    ['the same', outcome(0.01, 100), outcome(0.01, 100), false],
    ['less late for more', outcome(0.01, 101), outcome(0.02, 100), false],
    ['later for less', outcome(0.02, 90), outcome(0.01, 100), false],
  ])('%s', (_, one, other, dominant) => {
    expect(dominates(one, other)).toBe(dominant);
  });
});

it('weightedTotal: 110 task-hours and 1 % of 100 late at 10 each come to 120', () => {
  expect(weightedTotal(resultOf({ lateRecordsShare: 0.01 }), 10)).toBeCloseTo(120);
});

describe('cases', () => {
  const results = [
    resultOf({ lateRecordsShare: 0.03 }),
    resultOf({ scaler: 'target-tracking-cpu' }),
    resultOf({ scaler: 'clairvoyant', lateRecordsShare: 0.001 }),
    resultOf({ trace: 'b' }),
    resultOf({ trace: 'b', scaler: 'clairvoyant', lateRecordsShare: 0.0011 }),
    resultOf({ scenario: 'skewed', lateRecordsShare: 0.5 }),
  ];
  const cases = casesOf(results);

  it('are a trace in a scenario each', () => {
    expect(cases.map(({ scenario, trace }) => [scenario, trace])).toEqual([
      ['cpu-kinesis', 'a'],
      ['cpu-kinesis', 'b'],
      ['skewed', 'a'],
    ]);
  });

  it('are feasible where the clairvoyant is at most 0.1 % late, and unknown without it', () => {
    expect(cases.map(isFeasible)).toEqual([true, false, undefined]);
  });

  it('tell how much later than the clairvoyant a scaler is', () => {
    expect(cases.map((it) => excessLateness(it, 'weir'))).toEqual([
      expect.closeTo(0.029),
      expect.closeTo(-0.0011),
      undefined,
    ]);
  });

  it('have rivals that can be deployed', () => {
    expect(cases.map((it) => rivalsIn(it).map(({ scaler }) => scaler))).toEqual([
      ['target-tracking-cpu'],
      [],
      [],
    ]);
  });
});
