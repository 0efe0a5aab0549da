import { describe, expect, it } from 'vitest';
import { preferenceOf } from '../../lib/core/objective.ts';
import { outlookOf } from '../../lib/core/outlook.ts';
import { analysisOf, kinesisContext, repeated } from '../support/windows.ts';

const thrifty = ['cost', 'resource_efficiency', 'balanced'] as const;
const ample = ['balanced', 'throughput', 'latency'] as const;

/** u with a load that is a third higher in one minute of four. */
function utilizationWith(objective: (typeof thrifty | typeof ample)[number]): number {
  const context = kinesisContext({ objective });
  const values = {
    arrivalsPerSecond: Array.from({ length: 60 }, (_, index) => (index % 4 === 0 ? 240 : 180)),
    lagSeconds: repeated(2, 60),
    meanLagSeconds: repeated(1, 60),
  };
  const { window, stream } = analysisOf({ context, values });
  return outlookOf(window, stream!, context)!.utilization;
}

describe('the direction of each objective', () => {
  it.each([
    ['fuller tasks, the thriftier', thrifty.map(utilizationWith)],
    ['emptier tasks, the more latency counts', ample.map(utilizationWith)],
    [
      'more of the lag objective is used, the thriftier',
      thrifty.map((it) => preferenceOf({ objective: it }).calmShare),
    ],
    ['less of it, the more latency counts', ample.map((it) => preferenceOf({ objective: it }).calmShare)],
    [
      'a surer forecast, the more latency counts',
      ample.map((it) => -preferenceOf({ objective: it }).forecastQuantile),
    ],
  ])('%s', (_, values) => {
    for (const [index, value] of values.slice(1).entries()) expect(value).toBeLessThan(values[index]!);
  });

  it('less patience, the thriftier, and most for throughput', () => {
    const order = ['cost', 'resource_efficiency', 'balanced', 'latency', 'throughput'] as const;
    const patience = order.map((objective) => preferenceOf({ objective }).patience);
    for (const [index, value] of patience.slice(1).entries()) expect(value).toBeGreaterThan(patience[index]!);
  });
});
