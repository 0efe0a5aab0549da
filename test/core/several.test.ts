import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../../lib/core/evidence.ts';
import { explain } from '../../lib/core/explain.ts';
import { planMeasurements } from '../../lib/core/measure.ts';
import { flowOf } from '../../lib/core/rates.ts';
import { isAsleep, planTogether } from '../../lib/core/several.ts';
import type { Window } from '../../lib/core/window.ts';
import { hold, kinesis, msk, scale } from '../control/world.ts';
import {
  now,
  repeated,
  severalContext,
  twoQueues,
  type Values,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

const queues = severalContext(twoQueues);
const windowOfQueues = (high: Values, low: Values, more: Partial<WindowOptions> = {}) =>
  windowOf({ context: queues, bySource: { 'sqs/high': high, 'sqs/low': low }, ...more });
const newest = (window: Window) => ({
  arrivals: window.series.arrivalsPerSecond?.at(-1)?.value,
  backlog: window.series.backlogRecords?.at(-1)?.value,
  lag: window.series.lagSeconds?.at(-1)?.value,
});
const flowing = (perSecond: number, backlog: number): Values => ({
  arrivalsPerSecond: repeated(perSecond, 10),
  backlogRecords: repeated(backlog, 10),
});

describe('several streams are together', () => {
  it('the worked number: sums of what arrives and waits, and the worst lag', () => {
    const window = windowOfQueues(flowing(40, 0), flowing(100, 6000));

    expect(newest(window)).toEqual({ arrivals: 140, backlog: 6000, lag: 60 });
    const flow = flowOf(window, queues);
    expect(flow?.intervals.at(-1)?.processedPerSecond).toBeCloseTo(140, 9);
  });

  it('what one of them does not say is not known of the service: missing is not zero', () => {
    const lost = [...repeated(40, 6), undefined, 40, 40, 40];
    const window = windowOfQueues({ ...flowing(40, 0), arrivalsPerSecond: lost }, flowing(100, 0));

    const sums = window.series.arrivalsPerSecond ?? [];
    expect(sums.map((it) => it.value)).toEqual(repeated(140, 9));
    expect(window.freshness.arrivalsPerSecond).toMatchObject({ state: 'fresh', completeness: 0.9 });
  });

  it('is as old as the oldest of what it is made of', () => {
    const silent = [...repeated(40, 5), ...repeated(undefined, 5)];
    const window = windowOfQueues({ ...flowing(40, 3), arrivalsPerSecond: silent }, flowing(100, 0));

    expect(window.freshness.arrivalsPerSecond).toMatchObject({ state: 'stale', ageSeconds: 375 });
    expect(window.streams.map((it) => it.freshness.arrivalsPerSecond?.state)).toEqual(['stale', 'fresh']);
  });

  it('nothing at all while one was never heard of', () => {
    expect(newest(windowOfQueues({}, flowing(100, 0)))).toEqual({
      arrivals: undefined,
      backlog: undefined,
      lag: undefined,
    });
  });

  it('a sum of processed records only where all of them count them', () => {
    const counted = { ...flowing(40, 0), processedPerSecond: repeated(40, 10) };
    expect(windowOfQueues(counted, counted).summary.meanThroughputPerSecond).toBe(80);
    expect(windowOfQueues(counted, flowing(40, 0)).summary.meanThroughputPerSecond).toBeUndefined();
  });

  it('what was measured while the service read one stream alone is none of theirs', () => {
    const values = { ...flowing(999, 999), meanLagSeconds: [9], cpuPercent: [50] };
    const window = windowOfQueues(flowing(40, 0), flowing(100, 0), { values });

    expect(newest(window)).toMatchObject({ arrivals: 140, backlog: 0 });
    expect(window.series.meanLagSeconds).toBeUndefined();
    expect(window.series.cpuPercent?.at(-1)?.value).toBe(50);
  });
});

describe('of several, evidence names', () => {
  const evidence = (window: Window) => evidenceOf(window, queues, {});

  it('the one whose records are oldest', () => {
    const told = evidence(windowOfQueues(flowing(40, 0), flowing(100, 6000)));
    expect(told).toMatchObject({ lagSeconds: 60, worstSource: 'sqs/low' });
    expect(told.silentSources).toBeUndefined();
    expect(explain({ ...scale(4, 6), reason: 'lag-objective-breached', evidence: told })).toContain(
      'records of sqs/low are 60 s old',
    );
  });

  it('those that say nothing, and of one that sleeps there is nothing to say', () => {
    const told = evidence(windowOfQueues(flowing(40, 80), { backlogRecords: [5] }));
    expect(told).toMatchObject({ worstSource: 'sqs/high', silentSources: 'sqs/low' });
    const held = { ...hold('metrics-missing'), missing: ['arrivalsPerSecond'], evidence: told };
    expect(explain(held)).toContain('(arrivalsPerSecond of sqs/low)');
    expect(evidence(windowOfQueues(flowing(40, 80), { backlogRecords: [0] })).silentSources).toBeUndefined();
  });

  it('none of a service that reads one stream', () => {
    const context = severalContext(twoQueues.slice(0, 1));
    const only = evidenceOf(windowOf({ context, values: flowing(40, 0) }), context, {});
    expect(Object.keys(only)).not.toContain('worstSource');
  });
});

describe('a stream and a queue', () => {
  const context = severalContext([kinesis, ...twoQueues.slice(0, 1)]);

  it('are looked at in different moments: those of the older, and what the other was then', () => {
    const window = windowOf({
      context,
      bySource: {
        'kinesis/orders': {
          arrivalsPerSecond: repeated(200, 10),
          meanLagSeconds: repeated(30, 10),
          lagSeconds: repeated(30, 10),
        },
        'sqs/high': {
          arrivalsPerSecond: repeated(50, 10),
          backlogRecords: [0, 0, 0, 0, 0, 0, 0, 600, 1200, 1800],
        },
      },
    });
    // The middle of the newest minute, 105 s ago: 6,000 in the stream, and the queue between 600 and 1,200 then.
    expect(window.series.backlogRecords?.at(-1)).toEqual({ atSeconds: now - 105, value: 6000 + 750 });
    expect(window.freshness.backlogRecords?.state).toBe('fresh');
  });

  it('a hole in one is none that the other fills', () => {
    const depth = [5, 5, 5, undefined, undefined, undefined, 5, 5, 5, 5];
    const window = windowOf({
      context,
      bySource: {
        'kinesis/orders': { arrivalsPerSecond: repeated(200, 10), meanLagSeconds: repeated(30, 10) },
        'sqs/high': { arrivalsPerSecond: repeated(50, 10), backlogRecords: depth },
      },
    });
    const gaps = (window.series.backlogRecords ?? []).map((it) => (now - it.atSeconds - 105) / 60);
    // Between four minutes ago, and before that seven, nobody looked.
    expect(gaps).toEqual([7, 6, 1, 0]);
  });
});

describe('a queue that nobody has used for hours', () => {
  const [, low] = windowOfQueues({}, { backlogRecords: [0] }).streams;

  it('is asleep, adds nothing, and that is known', () => {
    expect(isAsleep(low!)).toBe(true);
    const window = windowOfQueues(flowing(40, 80), { backlogRecords: repeated(0, 10) });
    expect(newest(window)).toEqual({ arrivals: 40, backlog: 80, lag: 2 });
    expect(window.freshness.arrivalsPerSecond?.state).toBe('fresh');
  });

  it.each<[string, Values]>([
    ['something waits in it', { backlogRecords: [1] }],
    ['nobody knows what waits', {}],
    ['its depth is old', { backlogRecords: [0, undefined, undefined, undefined] }],
    [
      'something came within the hour: CloudWatch is silent for another reason',
      {
        backlogRecords: [0],
        arrivalsPerSecond: [7, ...repeated(undefined, 20)],
      },
    ],
    ['CloudWatch says that nothing comes', { backlogRecords: [0], arrivalsPerSecond: [0] }],
  ])('is not asleep where %s', (_, values) => {
    const [, stream] = windowOfQueues({}, values).streams;
    expect(isAsleep(stream!)).toBe(false);
  });

  it.each(['throttled', 'forbidden', 'error', 'partial'] as const)(
    'is not asleep where CloudWatch could not be asked: %s',
    (cause) => {
      const unread = [{ field: 'arrivalsPerSecond', source: 'sqs/low', cause }] as const;
      const [, stream] = windowOfQueues({}, { backlogRecords: [0] }, { unread }).streams;
      expect(isAsleep(stream!)).toBe(false);
    },
  );
});

describe('planTogether', () => {
  const planned = (context: ReturnType<typeof severalContext>) =>
    planTogether(planMeasurements(context.policy, context.sources));

  it('needs what arrives and what waits, of all of them', () => {
    expect(planned(queues).map(({ field, required }) => [field, required])).toEqual([
      ['arrivalsPerSecond', true],
      ['backlogRecords', true],
      ['lagSeconds', false],
      ['cpuPercent', false],
      ['memoryPercent', false],
    ]);
  });

  it('does without the arrivals of a topic that never tells them', () => {
    const [arrivals] = planned(severalContext([msk, ...twoQueues]));
    expect(arrivals).toMatchObject({ required: 'once-known', freshSeconds: 240 });
  });

  it('asks for each field of all of them in the same step', () => {
    const { policy, sources } = severalContext([...twoQueues, msk], { evaluationSeconds: 10 });
    const backlogs = planMeasurements(policy, sources).filter((it) => it.field === 'backlogRecords');
    expect(backlogs.map((it) => [it.source, it.everySeconds])).toEqual([
      ['sqs/high', 60],
      ['sqs/low', 60],
      ['msk/main/orders/orders-app', 60],
    ]);
  });
});
