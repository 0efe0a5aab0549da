import { describe, expect, it } from 'vitest';
import { casesOf } from './cases.ts';
import type { Result } from './play.ts';
import { resultOf } from './result-of.ts';
import { dominatedCases, isMet, lowestShare, targets } from './targets.ts';

/** Weir, agents or none, and the clairvoyant on traces of one scenario; each of the numbers is one trace. */
function caseList(scaler: string, of: readonly Partial<Result>[], clairvoyantLate: readonly number[] = []) {
  return casesOf(
    of.flatMap((changes, index) => [
      resultOf({ trace: `t${index}`, scaler, ...changes }),
      resultOf({
        trace: `t${index}`,
        ...(changes.scenario !== undefined && { scenario: changes.scenario }),
        scaler: 'clairvoyant',
        lateRecordsShare: clairvoyantLate[index] ?? 0,
      }),
    ]),
  );
}

const target = (what: string) => targets.find((it) => it.what === what)!;
const late = (...shares: number[]) => shares.map((lateRecordsShare) => ({ lateRecordsShare }));
const cost = (...ratios: number[]) => ratios.map((costRatio) => ({ costRatio }));

describe('what Weir must reach', () => {
  it.each<[string, ReturnType<typeof caseList>, number, boolean]>([
    [
      'CloudWatch, feasible cases: late, median',
      caseList('weir', late(0, 0.002, 0.9), [0, 0, 0.5]),
      0.001,
      true,
    ],
    [
      'CloudWatch, feasible cases: share with ≤ 1 % late',
      caseList('weir', late(0, 0.01, 0.02, 0.03)),
      0.5,
      false,
    ],
    ['CloudWatch, feasible cases: cost, median', caseList('weir', cost(1.1, 1.2, 1.9)), 1.2, true],
    ['CloudWatch, feasible cases: cost, p90', caseList('weir', cost(1.1, 2.1)), 2, false],
    [
      'Agents, feasible cases: share with ≤ 0.1 % late',
      caseList('weir-agents', late(0, 0.001, 0.002, 0)),
      0.75,
      false,
    ],
    ['Agents, feasible cases: cost, worst', caseList('weir-agents', cost(1, 2.3)), 2.3, true],
    [
      'CloudWatch, all cases, worst: late more than the clairvoyant',
      caseList('weir', late(0.1, 0.6), [0.09, 0.5]),
      0.1,
      false,
    ],
    [
      'CloudWatch, skewed and downstream-limited: cost, worst',
      caseList('weir', [{ scenario: 'skewed', costRatio: 1.3 }, { costRatio: 3 }]),
      1.3,
      true,
    ],
    [
      'CloudWatch: changes of the desired count, median',
      caseList('weir', [{ changesPerHour: 1 }, { changesPerHour: 9 }]),
      5,
      false,
    ],
  ])('%s', (what, cases, value, met) => {
    const found = target(what);
    expect(found.measure(cases)).toBeCloseTo(value);
    expect(isMet(found, value)).toBe(met);
  });

  it('is unknown where no case tells', () => {
    for (const it of targets) expect([it.what, it.measure([])]).toEqual([it.what, undefined]);
  });
});

describe('beside the rivals', () => {
  const cases = casesOf([
    // 110 + w; the rival 100 + 3·w: it is cheaper where a late record is worth less than 5.
    resultOf({ lateRecordsShare: 0.01 }),
    resultOf({ scaler: 'keda-lag', lateRecordsShare: 0.03, taskHours: 100 }),
    resultOf({ trace: 'b', lateRecordsShare: 0.01 }),
    resultOf({ trace: 'b', scaler: 'keda-lag', taskHours: 109 }),
    resultOf({ trace: 'c' }),
    resultOf({ trace: 'c', scaler: 'clairvoyant' }),
  ]);

  it('cases in which one of them dominates are counted; the clairvoyant is none', () => {
    expect(dominatedCases(cases, 'weir')).toBe(1);
  });

  it('the lowest total is looked for at each price', () => {
    expect(lowestShare(cases, 'weir', [1, 10])).toBe(0.25);
    expect(lowestShare(cases, 'weir-agents', [1, 10])).toBeUndefined();
  });
});
