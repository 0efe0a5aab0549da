import { describe, expect, it } from 'vitest';
import { type Joined, join, thinnedUntil } from '../../lib/core/thin.ts';
import { assembleWindow } from '../../lib/core/window.ts';
import { noon } from '../control/world.ts';
import { deepFreeze, kinesisContext, sampleOf } from '../support/windows.ts';

const reports = (values: readonly number[], fromSeconds = noon + 10) =>
  values.map((value, index) => ({ atSeconds: fromSeconds + 10 * index, value }));

describe('join', () => {
  it.each([
    ['mean', [100, 130], 115],
    ['worst', [4, 9, 2], 9],
    ['last', [4, 9, 2], 2],
  ] as const)('the %s of %j is %d', (joining, values, expected) => {
    const joined: Joined[] = [];
    join(joined, reports(values), noon + 60, joining);
    expect(joined).toMatchObject([{ value: expected, atSeconds: noon + 10 * values.length }]);
  });

  it('takes what two ticks of a minute have read as one, each report with the same weight', () => {
    const joined: Joined[] = [];
    join(joined, reports([100, 100, 100]), noon + 60, 'mean');
    join(joined, reports([500], noon + 40), noon + 75, 'mean');
    expect(joined).toMatchObject([{ value: 200, atSeconds: noon + 40 }]);
  });

  it('of nothing is nothing', () => {
    const joined: Joined[] = [];
    join(joined, [], noon, 'mean');
    expect(joined).toEqual([]);
  });
});

describe('a window of agents', () => {
  const { policy, sources } = kinesisContext();
  const context = deepFreeze({ policy, sources: [...sources, { kind: 'agent' as const }] });
  /** An hour of ticks; each has read the six reports before it. */
  const samples = deepFreeze(
    Array.from({ length: 61 }, (_, minute) =>
      sampleOf({
        atSeconds: noon + 60 * minute,
        series: {
          agentArrivalsPerSecond: reports([1, 2, 3, 4, 5, 6], noon + 60 * minute - 50),
          agentBacklogRecords: reports([1, 2, 3, 4, 5, 6], noon + 60 * minute - 50),
        },
      }),
    ),
  );
  const nowSeconds = noon + 3600;
  const { series } = assembleWindow(samples, context, nowSeconds);

  it('has the reports of ten minutes, and a point a minute of the time before', () => {
    const arrivals = series.agentArrivalsPerSecond ?? [];
    const old = arrivals.filter((it) => it.atSeconds <= thinnedUntil(nowSeconds));
    expect(old).toHaveLength(50);
    expect(new Set(old.map((it) => it.value))).toEqual(new Set([3.5]));
    expect(arrivals).toHaveLength(50 + 60);
    expect(arrivals.map((it) => it.atSeconds)).toEqual(arrivals.map((it) => it.atSeconds).toSorted());
  });

  it('has of a backlog what waited at the end', () => {
    expect(series.agentBacklogRecords?.[0]).toEqual({ atSeconds: noon + 60, value: 6 });
  });
});
