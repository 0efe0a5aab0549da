import { describe, expect, it } from 'vitest';
import { casesOf } from './cases.ts';
import { resultOf } from './result-of.ts';
import { summarize } from './summary.ts';

const traces = ['a', 'b', 'c'];
const weir = [0, 0.01, 0.05].map((lateRecordsShare, index) =>
  resultOf({ trace: traces[index]!, lateRecordsShare, costRatio: 1.1 + index / 10, changesPerHour: index }),
);
const rival = [
  { lateRecordsShare: 0.01 },
  { lateRecordsShare: 0.02, taskHours: 100 },
  { lateRecordsShare: 0.05, taskHours: 90 },
].map((changes, index) => resultOf({ trace: traces[index]!, scaler: 'keda-lag', ...changes }));

describe('a scenario in a table', () => {
  const rows = summarize(casesOf([...weir, ...rival]));

  it('has medians and the worst over the traces', () => {
    expect(rows[0]).toEqual({
      scaler: 'weir',
      cases: 3,
      medianLate: 0.01,
      worstLate: 0.05,
      medianCost: expect.closeTo(1.2),
      worstCost: expect.closeTo(1.3),
      medianChangesPerHour: 1,
      dominatedByWeir: undefined,
      dominatesWeir: undefined,
    });
  });

  it('counts where Weir dominates a scaler, and where it is dominated', () => {
    expect(rows[1]).toMatchObject({ scaler: 'keda-lag', dominatedByWeir: 1, dominatesWeir: 1 });
  });

  it('says nothing of dominance where Weir has not played', () => {
    const [row] = summarize(casesOf(rival));
    expect(row).toMatchObject({ dominatedByWeir: undefined, dominatesWeir: undefined });
  });
});
