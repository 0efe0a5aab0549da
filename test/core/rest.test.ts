import { describe, expect, it } from 'vitest';
import type { HoldDecision, ScaleDecision } from '../../lib/contract/decision.ts';
import type { LearnedModel } from '../../lib/core/learned-model.ts';
import { restUntil, timeToBreach } from '../../lib/core/rest.ts';
import { hold, kinesis, noon, scale } from '../control/world.ts';
import {
  analysisOf,
  kinesisContext,
  loopOf,
  now,
  repeated,
  severalContext,
  twoQueues,
  type Values,
  type WindowOptions,
} from '../support/windows.ts';

describe('timeToBreach', () => {
  it.each([
    ['the worked number', 1000, 150, 1050, 39, 448.5],
    ['tasks that can do all that may come', 1000, 150, 1150, 39, Number.POSITIVE_INFINITY],
    ['nothing to spare', 1000, 150, 1050, 0, 0],
    ['lag beyond what is calm already', 1000, 150, 1050, -3, 0],
  ])('%s', (_, loadPerSecond, worstRisePerSecond, capacityPerSecond, spareSeconds, expected) => {
    const seconds = timeToBreach({ loadPerSecond, worstRisePerSecond, capacityPerSecond, spareSeconds });
    expect(seconds).toBeCloseTo(expected, 6);
  });
});

const context = kinesisContext({ maxTasks: 40 }, 64);
const model = (worstRisePerSecond: number): LearnedModel => ({
  format: 1,
  learnedAtSeconds: noon,
  worstRisesPerSecond: Array(24).fill(worstRisePerSecond),
});
/** 800 records/s for four tasks that were seen to do 250 each. */
const calm: WindowOptions = {
  context,
  values: {
    arrivalsPerSecond: repeated(800, 40),
    lagSeconds: repeated(1, 40),
    meanLagSeconds: repeated(0, 40),
  },
};
const learned = loopOf({
  capacity: {
    revision: 'orders:12',
    saturated: Array.from({ length: 9 }, (_, index) => ({
      atSeconds: now - 3600 + 60 * index,
      tasks: 4,
      perTaskPerSecond: 250,
    })),
  },
});

const restOf = (
  worstRisePerSecond: number | undefined,
  {
    options = calm,
    decision = hold('on-target'),
    more = {},
    loop = learned,
  }: {
    options?: WindowOptions;
    decision?: HoldDecision | ScaleDecision;
    more?: Partial<typeof context>;
    loop?: typeof learned;
  } = {},
) =>
  restUntil(analysisOf(options, loop), decision, {
    ...context,
    ...(worstRisePerSecond !== undefined && { model: model(worstRisePerSecond) }),
    ...more,
  });

describe('restUntil', () => {
  it.each([
    ['never rose by more than they can do: five minutes', 200, 5],
    // 38 s · 1,080 / 80 = 513 s; less 120 until it shows and 60 for a start: 333 s.
    ['rises as it may, and would be answered in time: five minutes', 280, 5],
    // 38 s · 1,120 / 120 = 354.7 s: 174 s, two ticks.
    ['rises further: two minutes', 320, 2],
    // 38 s · 1,200 / 200 = 228 s: 48 s.
    ['rises fast: each minute', 400, undefined],
  ])('a load that %s', (_, worstRise, minutes) => {
    expect(restOf(worstRise)).toBe(minutes === undefined ? undefined : now + 60 * minutes - 30);
  });

  it.each<[string, Parameters<typeof restOf>[1]]>([
    ['a change was decided', { decision: scale(4, 5) }],
    ['fewer tasks may soon do', { decision: hold('stabilizing') }],
    ['metrics are missing', { decision: hold('metrics-missing') }],
    ['some tasks do not run yet', { options: { ...calm, observation: { runningTasks: 3 } } }],
    ['it is being deployed', { options: { ...calm, observation: { deploying: true } } }],
    ['nothing has been seen of what a task can do', { options: { ...calm, tasks: [4] }, loop: loopOf() }],
    ['it is fed by others, whose plans come at once', { more: { upstream: [] } }],
  ])('never while %s', (_, situation) => {
    expect(restOf(100)).toBeDefined();
    expect(restOf(100, situation)).toBeUndefined();
  });

  it('never while one of several queues sleeps: what comes when it wakes is in no history', () => {
    const several = severalContext([{ ...kinesis, partitions: 64 }, ...twoQueues.slice(0, 1)], {
      maxTasks: 40,
    });
    const beside = (queue: Values) => {
      const bySource = { 'kinesis/orders': calm.values ?? {}, 'sqs/high': queue };
      return restOf(100, { options: { context: several, bySource }, more: several });
    };
    const depth = { backlogRecords: repeated(0, 40) };
    expect(beside({ ...depth, arrivalsPerSecond: repeated(0, 40) })).toBeDefined();
    expect(beside(depth)).toBeUndefined();
  });

  it('never without a history', () => {
    expect(restOf(undefined)).toBeUndefined();
  });
});
