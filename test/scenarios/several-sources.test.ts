import { describe, expect, it } from 'vitest';
import type { PolicyOverrides } from '../../lib/config/policy.ts';
import { kinesis } from '../control/world.ts';
import { repeat } from '../support/fluid.ts';
import { createStory } from '../support/story.ts';
import { severalContext, twoQueues } from '../support/windows.ts';

const taskRatePerSecond = 100;

/** Tasks that read the queue `high` first, and `low` with what is left: what arrives and is not processed waits. */
function createShop(policy: PolicyOverrides = {}, tasks = 4) {
  const context = severalContext(twoQueues, { maxTasks: 40, ...policy });
  const story = createStory(context, { tasks });
  const waiting = { high: 0, low: 0 };
  const work = (queue: 'high' | 'low', arrivals: number, able: number) => {
    const processed = Math.min(able, arrivals + waiting[queue] / 60);
    waiting[queue] = Math.max(0, waiting[queue] + 60 * (arrivals - processed));
    return processed;
  };
  return {
    story,
    waiting,
    minute: (high: number, low: number, silent: 'high' | 'low' | 'none' = 'none') => {
      const able = story.observation().runningTasks * taskRatePerSecond;
      const before = work('high', high, able);
      const done = before + work('low', low, able - before);
      const told = (queue: 'high' | 'low', arrivalsPerSecond: number) =>
        silent === queue ? {} : { arrivalsPerSecond, backlogRecords: waiting[queue] };
      return story.minute({
        values: { cpuPercent: 3 + (87 * done) / Math.max(1, able) },
        bySource: { 'sqs/high': told('high', high), 'sqs/low': told('low', low) },
      });
    },
    desired: () => story.observation().desiredTasks,
  };
}

describe('a service that reads a queue of high priority and one of low', () => {
  it('scales for the one that falls behind, however well the other does, and for the load of both', () => {
    const shop = createShop();
    repeat(15, () => shop.minute(200, 150));
    expect(shop.desired()).toBe(4);
    // Twice as much comes into the one that the tasks read last.
    repeat(20, () => shop.minute(200, 400));

    const out = shop.story.told.find(({ plan }) => plan.decision.kind === 'scale')!;
    expect(out.plan.decision).toMatchObject({ direction: 'out', from: 4 });
    expect(out.minute).toBeLessThanOrEqual(17);
    expect(out.plan.decision.evidence).toMatchObject({ arrivalsPerSecond: 600, worstSource: 'sqs/low' });
    expect(shop.waiting).toEqual({ high: 0, low: 0 });
    expect(shop.desired()).toBeGreaterThanOrEqual(6);
    expect(shop.desired()).toBeLessThanOrEqual(8);
  });

  it('a queue of which nothing is heard is not an empty one: nothing is scaled in', () => {
    const shop = createShop({}, 8);
    repeat(5, () => shop.minute(300, 300));
    const from = shop.story.told.length;
    // The load of the one is gone, and nobody knows of the other.
    repeat(15, () => shop.minute(0, 0, 'low'));

    const dark = shop.story.told.slice(from + 5).map(({ plan }) => plan.decision);
    expect(dark.every((it) => it.kind === 'hold' && it.reason === 'metrics-stale')).toBe(true);
    expect(dark.at(-1)).toMatchObject({ missing: ['arrivalsPerSecond', 'backlogRecords'] });
    expect(shop.story.told.filter(({ plan }) => plan.missing !== undefined)).toHaveLength(1);
    expect(shop.desired()).toBe(8);
  });

  it('and one that is late is helped all the same, a step at a time', () => {
    const shop = createShop();
    repeat(10, () => shop.minute(200, 200));
    repeat(25, () => shop.minute(900, 200, 'low'));

    expect(shop.story.lines()).toEqual([
      'hold on-target',
      'out 4→6 unknown-capacity-step',
      'hold tasks-starting',
      'out 6→9 unknown-capacity-step',
      'hold tasks-starting',
      'out 9→14 unknown-capacity-step',
      'hold tasks-starting',
      'out 14→21 unknown-capacity-step',
      'hold tasks-starting',
      'hold metrics-stale',
    ]);
    expect(shop.waiting.high).toBe(0);
  });

  it('one that sleeps holds nothing up: the other is scaled out and in as if alone', () => {
    const context = severalContext(twoQueues, { maxTasks: 40 });
    const story = createStory(context, { tasks: 6 });
    let waiting = 0;
    const minute = (arrivalsPerSecond: number) => {
      const able = story.observation().runningTasks * taskRatePerSecond;
      const processed = Math.min(able, arrivalsPerSecond + waiting / 60);
      waiting = Math.max(0, waiting + 60 * (arrivalsPerSecond - processed));
      story.minute({
        values: { cpuPercent: 3 + (87 * processed) / able },
        // Its depth is asked for and is nothing; CloudWatch has no points of it.
        bySource: {
          'sqs/high': { arrivalsPerSecond, backlogRecords: waiting },
          'sqs/low': { backlogRecords: 0 },
        },
      });
    };
    repeat(10, () => minute(580));
    repeat(10, () => minute(1000));
    expect(story.observation().desiredTasks).toBeGreaterThanOrEqual(10);
    repeat(30, () => minute(200));
    expect(story.observation().desiredTasks).toBeLessThanOrEqual(3);
  });
});

describe('a service at zero that reads a stream and a queue', () => {
  const context = severalContext([kinesis, ...twoQueues.slice(0, 1)], { minTasks: 0 });

  it('is woken by what comes into the stream, of which nobody knows the lag', () => {
    const story = createStory(context, { tasks: 0 });
    const minute = (arrivalsPerSecond: number) =>
      story.minute({
        values: {},
        bySource: {
          'kinesis/orders': { arrivalsPerSecond },
          'sqs/high': { arrivalsPerSecond: 0, backlogRecords: 0 },
        },
      });
    repeat(5, () => minute(0));
    expect(story.observation().desiredTasks).toBe(0);
    minute(50);
    expect(story.told.at(-1)!.plan.decision).toMatchObject({ kind: 'scale', direction: 'out', from: 0 });
  });

  it('and by what waits in the queue already, though nothing comes any more', () => {
    const story = createStory(context, { tasks: 0 });
    story.minutes(3, {
      values: {},
      bySource: {
        'kinesis/orders': { arrivalsPerSecond: 0 },
        'sqs/high': { arrivalsPerSecond: 0, backlogRecords: 5000 },
      },
    });
    const { decision } = story.told[0]!.plan;
    expect(decision).toMatchObject({ kind: 'scale', direction: 'out', from: 0 });
    expect(decision.evidence.backlogRecords).toBe(5000);
  });
});
