import { describe, expect, it } from 'vitest';
import type { Point } from '../../lib/contract/measurement.ts';
import { assembleWindow, freshPoint, missingFields } from '../../lib/core/window.ts';
import {
  cpuContext,
  deepFreeze,
  kinesisContext,
  minutesUntil,
  newestMinute,
  now,
  repeated,
  sampleOf,
  sqsContext,
  windowOf,
} from '../support/windows.ts';

const context = kinesisContext();

/** A window of samples of arrivals, one for each list of points. */
const arrivalsIn = (...reads: Point[][]) =>
  assembleWindow(
    deepFreeze(
      reads.map((points, index) =>
        sampleOf({
          atSeconds: now - 60 * (reads.length - 1 - index),
          series: { arrivalsPerSecond: points },
        }),
      ),
    ),
    context,
    now,
  ).series.arrivalsPerSecond;

const at = (agoSeconds: number, value: number): Point => ({ atSeconds: now - agoSeconds, value });

describe('assembleWindow', () => {
  it('without the sample of its own tick: an error that says so', () => {
    expect(() => assembleWindow([], context, now)).toThrow(/needs the sample of its own tick; received none/);
  });

  it.each<[string, Point[][], Point[] | undefined]>([
    ['nothing read is nothing known', [[]], []],
    [
      'in order, whatever order they come in',
      [[at(60, 3), at(180, 1), at(120, 2)]],
      [at(180, 1), at(120, 2), at(60, 3)],
    ],
    [
      'of the same moment, the one that was read later',
      [[at(120, 1)], [at(120, 5), at(60, 2)]],
      [at(120, 5), at(60, 2)],
    ],
    ['of the same moment in one answer, the last', [[at(60, 1), at(60, 2)]], [at(60, 2)]],
    ['a late one in its place', [[at(180, 1), at(60, 3)], [at(120, 2)]], [at(180, 1), at(120, 2), at(60, 3)]],
    ['an hour is the end of it', [[at(3600, 1), at(3599, 2), at(4000, 3)]], [at(3599, 2)]],
    ['nothing from the future', [[at(0, 1), at(-1, 2), at(-86_400, 3)]], [at(0, 1)]],
  ])('points: %s', (_, reads, expected) => expect(arrivalsIn(...reads)).toEqual(expected));

  it('a field that nobody read is absent, and stays so in freshness', () => {
    const window = windowOf();
    expect(window.series).toEqual({});
    expect(window.freshness.arrivalsPerSecond).toEqual({ state: 'missing', completeness: 0 });
  });

  it('tells the counts of each tick of the hour, this one included', () => {
    const { taskCounts, observation } = windowOf({ tasks: [3, 4, 5], observation: { runningTasks: 4 } });
    expect(taskCounts.map((it) => [it.atSeconds - now, it.desiredTasks, it.runningTasks])).toEqual([
      [-120, 3, 3],
      [-60, 4, 4],
      [0, 5, 4],
    ]);
    expect(observation).toMatchObject({ desiredTasks: 5, runningTasks: 4 });
    expect(windowOf({ tasks: repeated(4, 90) }).taskCounts).toHaveLength(61);
  });
});

describe('freshness', () => {
  it.each<[string, number, 'fresh' | 'stale']>([
    ['the newest minute that CloudWatch has', 75, 'fresh'],
    ['one lost minute is borne', 135, 'fresh'],
    ['three minutes are the limit', 180, 'fresh'],
    ['and no longer', 181, 'stale'],
  ])('%s', (_, ageSeconds, state) => {
    const window = windowOf({ ageSeconds, values: { lagSeconds: [1, 2] } });
    expect(window.freshness.lagSeconds).toMatchObject({ state, ageSeconds });
    expect(freshPoint(window, 'lagSeconds')?.value).toBe(state === 'fresh' ? 2 : undefined);
  });

  it('is looser for what is asked for every ten minutes, and for a slow cadence', () => {
    const values = { cpuPercent: [50], lagSeconds: [5] };
    const supporting = windowOf({ ageSeconds: 700, values });
    expect(supporting.freshness.cpuPercent?.state).toBe('fresh');
    expect(supporting.freshness.lagSeconds?.state).toBe('stale');
    const slow = kinesisContext({ evaluationSeconds: 300 });
    expect(windowOf({ context: slow, ageSeconds: 400, values }).freshness.lagSeconds?.state).toBe('fresh');
  });

  it('a field that a service pushed is a minutely one', () => {
    expect(windowOf({ values: { p95Ms: [80] } }).freshness.p95Ms?.state).toBe('fresh');
    expect(windowOf({ ageSeconds: 200, values: { p95Ms: [80] } }).freshness.p95Ms?.state).toBe('stale');
  });

  it.each<[string, (number | undefined)[], number]>([
    ['the worked number: 8 points in ten minutes', [1, undefined, 1, 1, 1, undefined, 1, 1, 1, 1], 0.8],
    ['ten of ten', repeated(1, 10), 1],
    [
      'of an hour, the last ten count',
      [...repeated(1, 40), ...repeated(undefined, 5), ...repeated(1, 5)],
      0.5,
    ],
    ['as many as there can be since the first', [1, 1, 1], 1],
    ['two of the three since the first', [1, undefined, 1], 2 / 3],
    ['one', [1], 1],
  ])('completeness: %s', (_, values, expected) => {
    const { completeness } = windowOf({ values: { lagSeconds: values } }).freshness.lagSeconds!;
    expect(completeness).toBeCloseTo(expected, 10);
  });
});

describe('the summary', () => {
  it('of nothing measured: the number of samples, and no zeros', () => {
    expect(windowOf({ tasks: [4, 4] }).summary).toEqual({ count: 2 });
  });

  it('means and maxima of what was', () => {
    const values = {
      processedPerSecond: [100, 200],
      p95Ms: [50, 70],
      p99Ms: [90, 300],
      cpuPercent: [40, 60],
      memoryPercent: [50, 30],
      errorPercent: [0, 4],
      queueRecords: [10, 5],
      backpressure: [0.2, 0.4],
    };
    expect(windowOf({ tasks: [4, 4], values }).summary).toEqual({
      count: 2,
      meanThroughputPerSecond: 150,
      meanP95Ms: 60,
      maxP99Ms: 300,
      meanCpuPercent: 50,
      maxMemoryPercent: 50,
      meanErrorPercent: 2,
      maxQueueRecords: 10,
      meanBackpressure: expect.closeTo(0.3),
    });
  });
});

describe('missingFields', () => {
  it.each([
    ['Kinesis', kinesisContext(), ['arrivalsPerSecond', 'lagSeconds', 'meanLagSeconds']],
    ['SQS, whose age is not needed', sqsContext(), ['backlogRecords', 'arrivalsPerSecond']],
    ['a service without a source', cpuContext(), ['cpuPercent', 'memoryPercent']],
  ])('%s', (_, of, expected) => {
    expect(missingFields(windowOf({ context: of }))).toEqual(expected);
  });

  it('the stale are among them, the fresh are not', () => {
    const samples = [
      sampleOf({
        series: {
          arrivalsPerSecond: minutesUntil(newestMinute, [200]),
          lagSeconds: minutesUntil(now - 600, [1]),
          meanLagSeconds: minutesUntil(newestMinute, [0]),
        },
      }),
    ];
    expect(missingFields(assembleWindow(samples, context, now))).toEqual(['lagSeconds']);
  });
});
