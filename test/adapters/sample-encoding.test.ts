import { describe, expect, it } from 'vitest';
import { decodeSample, encodeSample } from '../../lib/adapters/sample-encoding.ts';
import { sampleItem } from '../../lib/adapters/table-items.ts';
import type { Point } from '../../lib/contract/measurement.ts';
import type { Sample } from '../../lib/core/sample.ts';
import { noon, observation, service } from '../control/world.ts';

const points = (values: readonly number[], distance: number): Point[] =>
  values.map((value, index) => ({ atSeconds: noon + index * distance, value }));

const sampleOf = (series: Sample['series']): Sample => ({
  atSeconds: noon + 60.125,
  observation,
  series,
  unread: [],
});

it('what each of several streams said comes back as it was', () => {
  const sample: Sample = {
    ...sampleOf({ cpuPercent: points([40], 60) }),
    bySource: {
      'sqs/high': { arrivalsPerSecond: points([3, 4, 5], 60), backlogRecords: points([7], 60) },
      'msk/main/orders/team/app@2': {},
    },
    unread: [{ field: 'lagSeconds', source: 'sqs/high', cause: 'absent' }],
  };
  expect(decodeSample(encodeSample(sample))).toEqual(sample);
  expect(encodeSample(sample)).toContain(`"sqs/high":{"arrivalsPerSecond":[[${noon},60,3,4,5]]`);
});

describe('encodeSample', () => {
  it.each<[string, Point[], number[][]]>([
    ['one point', points([3], 10), [[noon, 3]]],
    [
      'two points',
      points([3, 4], 10),
      [
        [noon, 3],
        [noon + 10, 4],
      ],
    ],
    ['the worked row: a run', points([3, 4, 5], 10), [[noon, 10, 3, 4, 5]]],
    [
      'a run with a hole',
      [...points([3, 4, 5], 10), { atSeconds: noon + 60, value: 6 }],
      [
        [noon, 10, 3, 4, 5],
        [noon + 60, 6],
      ],
    ],
    [
      'a point before a run',
      [{ atSeconds: noon - 5, value: 1 }, ...points([3, 4, 5], 10)],
      [
        [noon - 5, 1],
        [noon, 10, 3, 4, 5],
      ],
    ],
    ['none', [], []],
  ])('%s: written in few bytes, and read as it was', (_, agentLagSeconds, rows) => {
    const text = encodeSample(sampleOf({ agentLagSeconds }));
    expect(JSON.parse(text).series.agentLagSeconds).toEqual(rows);
    expect(decodeSample(text)).toEqual(sampleOf({ agentLagSeconds }));
  });

  it('a minute with all that agents report is one write unit, with its keys', () => {
    const reports = points([1234.5678, 1234.5679, 1300.123, 999.999, 1234.5678, 2345.6789], 10);
    const minute = points([0.123456789], 60);
    const item = sampleItem(
      service,
      sampleOf({
        arrivalsPerSecond: points([1234.5678], 60),
        lagSeconds: points([45.678901], 60),
        meanLagSeconds: points([12.345678], 60),
        agentArrivalsPerSecond: reports,
        agentProcessedPerSecond: reports,
        agentBacklogRecords: reports,
        agentLagSeconds: reports,
        busyShare: reports,
        hottestShare: minute,
        typicalLagSeconds: minute,
      }),
    );
    const bytes = Object.entries(item).reduce(
      (sum, [name, value]) => sum + name.length + `${value}`.length,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(1024);
  });
});
