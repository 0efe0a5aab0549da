import { describe, expect, it } from 'vitest';
import { readTrace } from '../../../lib/simulator/trace.ts';
import { historyOf, isCoarse } from './history.ts';

const traceOf = (bin: number, rates: readonly number[]) =>
  readTrace(
    ['timestamp_s,rate', ...rates.map((rate, index) => `${index * bin},${rate}`)].join('\n'),
    'trace.csv',
  );

describe('historyOf', () => {
  it('averages the minutes of each five', () => {
    const trace = traceOf(60, [1, 2, 3, 4, 5, 10, 10, 10, 10, 10, 7]);

    expect(historyOf(trace)).toEqual([
      { atSeconds: 300, value: 3 },
      { atSeconds: 600, value: 10 },
    ]);
  });

  it('takes bins of five minutes as they are', () => {
    expect(historyOf(traceOf(300, [4, 9])).map((it) => it.value)).toEqual([4, 9]);
  });

  it('draws lines between coarser ones, and says so', () => {
    const trace = traceOf(600, [100, 200]);

    expect(isCoarse(trace.timesSeconds)).toBe(true);
    expect(historyOf(trace).map((it) => it.value)).toEqual([125, 175, 200, 200]);
  });
});
