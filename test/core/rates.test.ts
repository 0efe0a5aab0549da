import { describe, expect, it } from 'vitest';
import { type Flow, flowOf } from '../../lib/core/rates.ts';
import {
  cpuContext,
  kinesisContext,
  minutesUntil,
  mskContext,
  newestMinute,
  now,
  repeated,
  sqsContext,
  type Values,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

function flow(options: WindowOptions): Flow {
  const { context = kinesisContext() } = options;
  return flowOf(windowOf({ ...options, context }), context)!;
}

describe('flowOf', () => {
  it('a service without a source has none', () => {
    expect(flowOf(windowOf({ context: cpuContext() }), cpuContext())).toBeUndefined();
  });

  it('of nothing measured: nothing, and no zero', () => {
    for (const context of [kinesisContext(), sqsContext(), mskContext()]) {
      expect(flow({ context })).toEqual({ arrivals: [], backlog: [], lag: [], intervals: [] });
    }
  });

  it('a topic: its backlog and lag are those of the end of a minute, and where the lag lacks, the backlog tells', () => {
    const { backlog, lag, intervals } = flow({
      context: mskContext(),
      ageSeconds: 75,
      values: {
        arrivalsPerSecond: repeated(200, 10),
        backlogRecords: [6000, 3000, 3000],
        lagSeconds: [40, undefined, 20],
      },
    });
    const end = now - 75;
    expect(backlog).toEqual(minutesUntil(end, [6000, 3000, 3000]));
    expect(lag).toEqual(minutesUntil(end, [40, 15, 20]));
    expect(intervals.map((it) => it.processedPerSecond)).toEqual([250, 200]);
  });

  it('a topic whose group rebalances at the end of a minute: nothing then, and no zero', () => {
    const { backlog, lag, intervals } = flow({
      context: mskContext(),
      values: {
        arrivalsPerSecond: repeated(200, 10),
        backlogRecords: [6000, undefined, 9000],
        lagSeconds: [30, undefined, 45],
      },
    });
    expect(backlog.map((it) => it.value)).toEqual([6000, 9000]);
    expect(lag.map((it) => it.value)).toEqual([30, 45]);
    // 24,000 came in two minutes, and 3,000 more wait: 175 records/s in spite of the stop.
    expect(intervals).toMatchObject([{ processedPerSecond: 175, backlogBefore: 6000, backlogAfter: 9000 }]);
  });

  it('a topic without a rate: what waits, and how long, and no rate of processing', () => {
    const values = { backlogRecords: [6000, 3000], lagSeconds: [40, 20] };
    const { arrivals, backlog, lag, intervals } = flow({ context: mskContext(), values });
    expect([arrivals, intervals]).toEqual([[], []]);
    expect([backlog, lag].map((it) => it.length)).toEqual([2, 2]);
  });

  it('intervals, the worked number: 200 records/s and a backlog from 6,000 to 3,000 in 60 s are 250 a second', () => {
    const { intervals } = flow({
      context: sqsContext(),
      values: { arrivalsPerSecond: repeated(200, 10), backlogRecords: [6000, 3000, undefined, undefined] },
    });
    expect(intervals).toEqual([
      {
        fromSeconds: now - 180,
        toSeconds: now - 120,
        arrivalsPerSecond: 200,
        processedPerSecond: 250,
        backlogBefore: 6000,
        backlogAfter: 3000,
      },
    ]);
  });

  it('Kinesis: X from the mean lag of two minutes, at their middles', () => {
    const { backlog, intervals } = flow({
      values: { arrivalsPerSecond: repeated(200, 10), meanLagSeconds: [30, 15] },
    });
    expect(backlog).toEqual([
      { atSeconds: newestMinute - 90, value: 6000 },
      { atSeconds: newestMinute - 30, value: 3000 },
    ]);
    expect(intervals).toHaveLength(1);
    expect(intervals[0]).toMatchObject({ processedPerSecond: 250, arrivalsPerSecond: 200 });
  });

  it('no interval over more than three minutes, across a hole in the arrivals, or beyond their end', () => {
    const values = { arrivalsPerSecond: repeated(200, 20) };
    const far = [30, undefined, undefined, undefined, 15];
    expect(flow({ values: { ...values, meanLagSeconds: far } }).intervals).toEqual([]);
    const hole = [...repeated(200, 10), ...repeated(undefined, 4), 200];
    expect(flow({ values: { arrivalsPerSecond: hole, meanLagSeconds: repeated(5, 5) } }).intervals).toEqual(
      [],
    );
    // The newest minute of arrivals ended 75 s ago; what happened since then is not known.
    const queue = flow({ context: sqsContext(), values: { ...values, backlogRecords: [4000, 3000, 2000] } });
    expect(queue.intervals.map((it) => it.toSeconds)).toEqual([]);
  });

  it('a rate is never negative, however the lag jumps', () => {
    const { intervals } = flow({
      values: { arrivalsPerSecond: repeated(200, 20), meanLagSeconds: [0, 200, 0, 200] },
    });
    expect(intervals.length).toBeGreaterThan(0);
    for (const it of intervals) expect(it.processedPerSecond).toBeGreaterThanOrEqual(0);
  });
});

describe('the lag of a queue', () => {
  const queue = (backlogRecords: number[], more: Values = {}) =>
    flow({
      context: sqsContext(),
      values: { arrivalsPerSecond: repeated(200, 30), backlogRecords, ...more },
    }).lag.at(-1);

  it('follows from its depth, at the moment of the tick', () => {
    expect(queue([0, 6000])).toEqual({ atSeconds: now, value: 30 });
  });

  it('the measured age is believed when it is worse, and current', () => {
    expect(queue([0, 6000], { lagSeconds: [90] })?.value).toBe(90);
    expect(queue([0, 6000], { lagSeconds: [10] })?.value).toBe(30);
    expect(queue([0, 6000], { lagSeconds: [900, ...repeated(undefined, 5)] })?.value).toBe(30);
  });

  it('an empty queue has none, whatever CloudWatch still shows', () => {
    expect(queue([6000, 0], { lagSeconds: [90] })?.value).toBe(0);
  });

  it('is known while its arrivals are fresh, and not below zero before they began', () => {
    const woken = flow({
      context: sqsContext(),
      ageSeconds: 180,
      values: { arrivalsPerSecond: [200, 200], backlogRecords: [50, 500, 5000, 6000, 7000, 8000] },
    });
    expect(woken.lag.at(-1)).toEqual({ atSeconds: now, value: 40 });
    for (const point of woken.lag) expect(point.value).toBeGreaterThanOrEqual(0);
  });

  it('without arrivals, the measured age alone', () => {
    const lag = flow({ context: sqsContext(), values: { backlogRecords: [40], lagSeconds: [70] } }).lag;
    expect(lag.map((it) => it.value)).toEqual([70]);
  });
});
