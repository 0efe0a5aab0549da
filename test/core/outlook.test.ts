import { describe, expect, it } from 'vitest';
import { outlookOf } from '../../lib/core/outlook.ts';
import {
  analysisOf,
  kinesisContext,
  newestMinute,
  repeated,
  sqsContext,
  type WindowOptions,
} from '../support/windows.ts';

function outlook(options: WindowOptions) {
  const { context = kinesisContext() } = options;
  const { window, stream } = analysisOf({ ...options, context });
  return outlookOf(window, stream!, context);
}

const arrivalsPerSecond = repeated(200, 60);
const calm = { arrivalsPerSecond, lagSeconds: repeated(2, 60), meanLagSeconds: repeated(1, 60) };

describe('outlookOf', () => {
  it('a steady stream: its load, at the moment that new tasks can help, and what waits', () => {
    expect(outlook({ values: calm })).toEqual({
      forecast: {
        atSeconds: newestMinute,
        levelPerSecond: 200,
        trendPerSecondSquared: 0,
        spread: 0,
      },
      horizonSeconds: 120,
      loadPerSecond: 200,
      utilization: expect.closeTo(1.02, 3),
      backlog: { atSeconds: newestMinute - 30, records: 200 },
      lagSeconds: 2,
    });
  });

  it.each<[string, WindowOptions]>([
    ['nothing measured', {}],
    ['no load', { values: { lagSeconds: [1], meanLagSeconds: [1] } }],
    ['a load, and nothing of what waits', { values: { arrivalsPerSecond } }],
    ['a queue without arrivals', { context: sqsContext(), values: { backlogRecords: [500] } }],
  ])('unknown: %s', (_, options) => expect(outlook(options)).toBeUndefined());

  it('the worst breach, behind by more than what is known, is not one of which nothing is known', () => {
    const values = { ...calm, lagSeconds: repeated(7300, 60), meanLagSeconds: repeated(7200, 60) };
    expect(outlook({ values })).toMatchObject({
      lagSeconds: 7300,
      backlog: { records: 1_440_000 },
    });
    const hotStart = { arrivalsPerSecond: repeated(200, 15), lagSeconds: [1300], meanLagSeconds: [1200] };
    expect(outlook({ values: hotStart })).toMatchObject({ lagSeconds: 1300, backlog: { records: 240_000 } });
  });

  it.each<[string, WindowOptions, number]>([
    [
      'by its depth, where CloudWatch has no age',
      { values: { arrivalsPerSecond, backlogRecords: [6000] } },
      30,
    ],
    [
      'by the age, where that is worse',
      { values: { arrivalsPerSecond, backlogRecords: [6000], lagSeconds: [90] } },
      90,
    ],
    [
      'by the depth, where the age is a minute old and better',
      { values: { arrivalsPerSecond, backlogRecords: [6000], lagSeconds: [1] } },
      30,
    ],
    [
      'none when it is empty, whatever the age was a minute ago',
      { values: { arrivalsPerSecond, backlogRecords: [0], lagSeconds: [900] } },
      0,
    ],
    [
      'nobody reads: as old as what waits',
      { tasks: 0, values: { arrivalsPerSecond, backlogRecords: [6000] } },
      30,
    ],
    [
      'nobody reads and nothing arrives any more: as old as the window, and not infinitely',
      { tasks: 0, values: { arrivalsPerSecond: repeated(0, 60), backlogRecords: [6000] } },
      3600,
    ],
  ])('the lag of a queue: %s', (_, options, expected) => {
    expect(outlook({ ...options, context: sqsContext() })?.lagSeconds).toBe(expected);
  });

  it('a stream that nobody reads is as far behind as what has arrived since the last task stopped', () => {
    const tasks = [...repeated(4, 50), ...repeated(0, 10)];
    expect(outlook({ tasks, values: { arrivalsPerSecond } })).toMatchObject({
      lagSeconds: 525,
      backlog: { records: 105_000 },
    });
    expect(outlook({ tasks: 0, values: { arrivalsPerSecond: repeated(0, 9) } })?.lagSeconds).toBe(0);
  });

  it('what is seen late is answered late: an older minute leaves less of the objective as a buffer', () => {
    const context = kinesisContext({ objective: 'latency', lagObjectiveSeconds: 300 });
    const values = {
      ...calm,
      arrivalsPerSecond: Array.from({ length: 60 }, (_, index) => (index % 4 === 0 ? 400 : 200)),
    };
    expect(outlook({ context, values, ageSeconds: 60 })!.utilization).toBeGreaterThan(
      outlook({ context, values, ageSeconds: 180 })!.utilization,
    );
  });
});
