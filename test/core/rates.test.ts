import { describe, expect, it } from 'vitest';
import type { Point } from '../../lib/contract/measurement.ts';
import { accumulate, backlogFromLag, type Flow, flowOf, lagFromBacklog } from '../../lib/core/rates.ts';
import { noon } from '../control/world.ts';
import {
  cpuContext,
  deepFreeze,
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

const minutes = (values: readonly (number | undefined)[]): Point[] => deepFreeze(minutesUntil(noon, values));

/** Minutes of a steady 200 records/s until noon. */
const steady = (count: number) => accumulate(minutes(repeated(200, count)));

describe('accumulate', () => {
  it.each<[string, (number | undefined)[], number, number]>([
    ['ten minutes of 200 records/s', repeated(200, 10), 120_000, 0],
    ['a lost minute takes the mean of its neighbours', [100, undefined, 300], 60 * 600, 0],
    ['two lost ones likewise', [100, undefined, undefined, 300], 60 * 800, 0],
    ['a longer hole adds nothing', [100, undefined, undefined, undefined, 300], 60 * 400, 1],
    ['nothing', [], 0, 0],
    ['an idle stream', [0, 0, 0], 0, 0],
  ])('%s', (_, values, records, holes) => {
    const cumulative = accumulate(minutes(values));
    expect(cumulative.records.at(-1) ?? 0).toBeCloseTo(records, 6);
    expect(cumulative.holes).toHaveLength(holes);
  });

  it('counts what two overlapping minutes have in common once', () => {
    const overlapping = [
      { atSeconds: noon, value: 100 },
      { atSeconds: noon + 30, value: 100 },
    ];
    expect(accumulate(overlapping).records.at(-1)).toBe(9000);
  });
});

describe('backlogFromLag', () => {
  it('the worked number: 30 s behind at a steady 200 records/s are 6,000 records', () => {
    expect(backlogFromLag(minutes([30]), steady(10))).toEqual([{ atSeconds: noon - 30, value: 6000 }]);
  });

  it.each<[string, number, Point[]]>([
    ['no lag', 0, [{ atSeconds: noon - 30, value: 0 }]],
    ['a lag that reaches back before what is known', 3600, []],
  ])('%s', (_, lag, expected) => {
    expect(backlogFromLag(minutes([lag]), steady(10))).toEqual(expected);
  });

  it('a lag that reaches across a hole: unknown, and what does not is known', () => {
    const cumulative = accumulate(minutes([200, 200, ...repeated(undefined, 5), 200, 200]));
    expect(backlogFromLag(minutes([300]), cumulative)).toEqual([]);
    expect(backlogFromLag(minutes([60]), cumulative)).toEqual([{ atSeconds: noon - 30, value: 12_000 }]);
  });

  it('without arrivals: nothing', () => {
    expect(backlogFromLag(minutes([0, 10, 20]), accumulate([]))).toEqual([]);
  });
});

describe('lagFromBacklog', () => {
  it.each<[string, number, number, number | undefined]>([
    ['the worked number: 6,000 records at a steady 200 records/s', 6000, noon, 30],
    ['an empty queue', 0, noon, 0],
    ['more than has arrived: the known past is the least it can be', 1e9, noon, 600],
    ['a minute after the newest arrivals, which go on', 6000, noon + 60, 30],
    ['five minutes after them: unknown', 6000, noon + 300, undefined],
    ['before the first of them: unknown, and not below zero', 6000, noon - 660, undefined],
  ])('%s', (_, records, atSeconds, expected) => {
    expect(lagFromBacklog(records, atSeconds, steady(10))).toBe(expected);
  });

  it('of records that came in a burst long ago: as old as the burst', () => {
    const burst = accumulate(minutes([100, 0, 0, 0]));
    expect(lagFromBacklog(3000, noon, burst)).toBe(210);
    expect(lagFromBacklog(1, noon, burst)).toBeCloseTo(180, 1);
  });

  it('without arrivals: unknown, unless nothing waits', () => {
    expect(lagFromBacklog(5, noon, accumulate([]))).toBeUndefined();
    expect(lagFromBacklog(0, noon, accumulate([]))).toBe(0);
  });

  it('beside a hole: known behind and before it, unknown inside, and never below zero', () => {
    // Known until noon − 480, and from noon − 180 on.
    const cumulative = accumulate(
      minutes([...repeated(200, 10), ...repeated(undefined, 5), ...repeated(200, 3)]),
    );
    expect(lagFromBacklog(2000, noon - 500, cumulative)).toBe(10);
    expect(lagFromBacklog(2000, noon - 300, cumulative)).toBeUndefined();
    expect(lagFromBacklog(2000, noon, cumulative)).toBe(10);
    expect(lagFromBacklog(1e9, noon, cumulative)).toBe(180);
  });

  it('is the inverse of backlogFromLag', () => {
    const arrivals = minutes([50, 120, 300, 80, 700, 10, 240, 90]);
    const cumulative = accumulate(arrivals);
    for (const lag of [0, 7, 30, 95, 170, 310]) {
      const [backlog] = backlogFromLag(minutes([lag]), cumulative);
      expect(lagFromBacklog(backlog!.value, backlog!.atSeconds, cumulative)).toBeCloseTo(lag, 6);
    }
  });
});

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
