import { describe, expect, it } from 'vitest';
import { kinesis, sqs } from '../control/world.ts';
import { contextOf, createFluid, repeat, taskRatePerSecond } from '../support/fluid.ts';
import { createStory, type Minute } from '../support/story.ts';

describe('a flash crowd', () => {
  /** Known from an earlier one: what a task can do. */
  function known(context = contextOf()) {
    const fluid = createFluid(context, 5);
    repeat(10, () => fluid.minute(800));
    repeat(4, () => fluid.minute(1200));
    repeat(30, () => fluid.minute(800));
    return fluid;
  }

  it('is met at once, by the right count, ordered once', () => {
    const fluid = known();
    const before = fluid.story.observation().desiredTasks;
    const from = fluid.story.told.length;
    repeat(8, () => fluid.minute(3200));
    const outs = fluid.story.told
      .slice(from)
      .flatMap(({ plan: { decision } }) => (decision.kind === 'scale' ? [decision] : []));
    expect(outs[0]).toMatchObject({ direction: 'out', from: before });
    // 3,200 records/s are 16 tasks; what waits, to be cleared in two minutes, takes some more.
    expect(outs[0]!.to).toBeGreaterThanOrEqual(16);
    expect(outs[0]!.to).toBeLessThanOrEqual(30);
    expect(outs[0]!.evidence.taskRatePerSecond).toBeGreaterThan(0.8 * taskRatePerSecond);
    expect(outs[0]!.evidence.taskRatePerSecond).toBeLessThan(1.1 * taskRatePerSecond);
    // At most one correction: the tasks on their way count as arriving.
    expect(outs.filter((it) => it.direction === 'out').length).toBeLessThanOrEqual(2);
    repeat(4, () => fluid.minute(3200));
    expect(fluid.backlog()).toBe(0);
  });

  it('is let go when it is over: after the cooldown and the whole stabilization window, at the confidence that is due', () => {
    const fluid = known();
    repeat(10, () => fluid.minute(3200));
    const lastOut = fluid.story.told.findLast(({ plan: { decision } }) => decision.kind === 'scale')!.minute;
    repeat(12, () => fluid.minute(800));
    const ins = fluid.story.told
      .slice(lastOut + 1)
      .flatMap(({ plan: { decision }, minute }) =>
        decision.kind === 'scale' ? [{ minute, ...decision }] : [],
      );
    expect(ins.length).toBeGreaterThan(0);
    for (const it of ins) {
      expect(it).toMatchObject({ direction: 'in', reason: 'capacity-exceeds-demand' });
      expect(it.minute - lastOut).toBeGreaterThanOrEqual(3);
      expect(it.confidence).toBeGreaterThanOrEqual(0.7);
    }
    expect(fluid.story.observation().desiredTasks).toBeLessThanOrEqual(6);
    expect(fluid.story.lines()).toEqual(expect.arrayContaining(['hold stabilizing']));
  });
});

describe('what one task can do', () => {
  it('is learned from saturation, and a deployment, a pause and fresh tasks do not make it look small', () => {
    const fluid = createFluid(contextOf({ maxTasks: 60 }), 5);
    repeat(10, () => fluid.minute(800));
    repeat(5, () => fluid.minute(1400));
    const learned = () => {
      const rates = fluid.story.loop().capacity?.saturated.map((it) => it.perTaskPerSecond) ?? [];
      return rates.length === 0 ? Number.NaN : Math.min(...rates);
    };
    expect(learned()).toBeGreaterThan(0.9 * taskRatePerSecond);
    // New tasks run, and for two minutes do nothing: consumption stands still.
    repeat(2, () => fluid.minute(1400, { working: 0, observation: { deploying: true } }));
    repeat(6, () => fluid.minute(1400));
    expect(learned()).toBeGreaterThan(0.9 * taskRatePerSecond);
    // It would be the classic runaway: a low rate asks for more tasks, which pause, and look slow again.
    expect(fluid.story.observation().desiredTasks).toBeLessThan(30);
  });

  it('is forgotten with the task definition that it was learned of', () => {
    const fluid = createFluid(contextOf(), 5);
    repeat(10, () => fluid.minute(800));
    repeat(5, () => fluid.minute(1400));
    expect(fluid.story.loop().capacity!.saturated.length).toBeGreaterThan(0);
    fluid.minute(800, { observation: { revision: 'orders:13' } });
    expect(fluid.story.loop().capacity).toMatchObject({ revision: 'orders:13', saturated: [] });
  });

  it('is not known without CPU and saturation: a step out when lag presses, and never inward', () => {
    const story = createStory(contextOf(), { tasks: 4 });
    const values = { arrivalsPerSecond: 800, lagSeconds: 0, meanLagSeconds: 0 };
    story.minutes(20, { values });
    expect(story.lines()).toEqual(['hold on-target']);
    story.minute({ values: { ...values, lagSeconds: 45, meanLagSeconds: 5 } });
    expect(story.told.at(-1)!.plan.decision).toMatchObject({
      kind: 'scale',
      from: 4,
      to: 6,
      reason: 'unknown-capacity-step',
    });
  });
});

describe('the three hard cases of "How many tasks"', () => {
  it('lag above the objective: a breach is named, and cleared within the catch-up time', () => {
    const fluid = createFluid(contextOf(), 5);
    repeat(10, () => fluid.minute(800));
    // The consumers hang for three minutes, and read on.
    repeat(3, () => fluid.minute(800, { working: 0 }));
    fluid.minute(800);
    const breach = fluid.story.told.findLast(({ plan: { decision } }) => decision.kind === 'scale')!;
    expect(breach.plan.decision.reason).toBe('lag-objective-breached');
    expect(breach.plan.decision.evidence.lagSeconds).toBeGreaterThan(60);
    expect(breach.plan.decision.evidence.timeToClearSeconds).toBe(120);
    repeat(6, () => fluid.minute(800));
    expect(fluid.backlog()).toBe(0);
  });

  it('start-up longer than the objective: the backlog until the tasks come is part of the order', () => {
    const slow = createFluid(contextOf({ startupSeconds: 240, maxTasks: 60 }), 5);
    const quick = createFluid(contextOf({ startupSeconds: 30, maxTasks: 60 }), 5);
    const first = [slow, quick].map((fluid) => {
      repeat(10, () => fluid.minute(800));
      repeat(3, () => fluid.minute(1050));
      return fluid.story.told.map((it) => it.plan.decision).find((it) => it.kind === 'scale')!;
    });
    expect(first[0]!.evidence.horizonSeconds).toBe(300);
    expect(first[0]!.evidence.backlogAtHorizonRecords!).toBeGreaterThan(
      first[1]!.evidence.backlogAtHorizonRecords!,
    );
    expect(first[0]!.to).toBeGreaterThan(first[1]!.to);
  });

  it('no task at all: a stream that nobody reads has no lag, and is woken by what arrives', () => {
    const story = createStory(contextOf({ minTasks: 0 }), { tasks: 0 });
    story.minutes(3, { values: { arrivalsPerSecond: 0 } });
    expect(story.lines()).toEqual(['hold on-target']);
    story.minute({ values: { arrivalsPerSecond: 50 } });
    expect(story.told.at(-1)!.plan.decision).toMatchObject({ kind: 'scale', direction: 'out', from: 0 });
  });

  it('no task at all: a queue is woken by its depth, while CloudWatch is still asleep', () => {
    const story = createStory(contextOf({ minTasks: 0 }, sqs), { tasks: 0 });
    story.minutes(3, { values: { backlogRecords: 0 } });
    expect(story.lines()).toEqual(['hold at-minimum']);
    expect(story.told.every(({ plan }) => plan.missing === undefined)).toBe(true);
    story.minute({ values: { backlogRecords: 1 } });
    expect(story.told.at(-1)!.plan.decision).toMatchObject({ kind: 'scale', from: 0, to: 1 });
  });
});

describe('CloudWatch fails', () => {
  const calm = { arrivalsPerSecond: 200, lagSeconds: 0, meanLagSeconds: 0, cpuPercent: 20 };

  /** Ten tasks for the work of one or two: but for the failure it would be scaled in. */
  function overprovisioned(what: Minute) {
    const story = createStory(contextOf({ stabilizationSeconds: 0, cooldownSeconds: 0 }), { tasks: 10 });
    story.minutes(1, { values: calm });
    story.minutes(12, what);
    return story;
  }

  it('not at all: the control', () => {
    const story = overprovisioned({ values: calm });
    expect(story.observation().desiredTasks).toBeLessThan(10);
  });

  it.each<[string, Minute, string]>([
    ['missing: nothing is answered', { values: {} }, 'hold metrics-stale'],
    ['late: each minute comes six minutes later', { values: calm, ageSeconds: 360 }, 'hold metrics-stale'],
    [
      'partial: one of the signals is lost',
      { values: { arrivalsPerSecond: 200, lagSeconds: 0 } },
      'hold metrics-stale',
    ],
    [
      'throttled',
      { values: {}, unread: [{ field: 'lagSeconds', cause: 'throttled' }] },
      'hold metrics-stale',
    ],
  ])('%s: held with the reason, and nothing is scaled in once the last point is old', (_, what, line) => {
    const story = overprovisioned(what);
    const later = story.told.slice(4);
    expect(later.every(({ plan }) => plan.decision.kind === 'hold')).toBe(true);
    expect(story.lines().at(-1)).toBe(line);
    const { decision } = later.at(-1)!.plan;
    expect(decision).toMatchObject({ missing: expect.arrayContaining(['meanLagSeconds']) });
  });

  it('for as long as the policy says: that is told once, and told again after it was over', () => {
    const story = createStory(contextOf(), { tasks: 2 });
    story.minutes(3, { values: calm });
    story.minutes(14, { values: {} });
    const told = () => story.told.filter(({ plan }) => plan.missing !== undefined);
    expect(told()).toHaveLength(1);
    expect(told()[0]!.plan.missing!.fields).toEqual(['arrivalsPerSecond', 'lagSeconds', 'meanLagSeconds']);
    story.minutes(3, { values: calm });
    expect(story.loop().missing).toBeUndefined();
    story.minutes(14, { values: {} });
    expect(told()).toHaveLength(2);
  });
});

describe('the service is not as it should be', () => {
  it('nobody reads: said, and no tasks are added to a consumer that has stopped', () => {
    const story = createStory(contextOf(), { tasks: 4 });
    const values = { arrivalsPerSecond: 800 };
    story.minutes(6, { values: { ...values, lagSeconds: 0, meanLagSeconds: 0 } });
    story.minutes(8, { values, unread: [{ field: 'lagSeconds', cause: 'absent' }] });
    expect(story.lines().at(-1)).toBe('hold not-reading');
    expect(story.told.flatMap(({ plan }) => plan.detected.map((it) => it.kind))).toEqual(['not_reading']);
    story.minutes(2, { values: { ...values, lagSeconds: 30, meanLagSeconds: 20 } });
    expect(story.told.flatMap(({ plan }) => plan.cleared.map((it) => it.kind))).toEqual(['not_reading']);
  });

  it('in deployment: out if it must be, and not in', () => {
    const fluid = createFluid(contextOf({ cooldownSeconds: 0, stabilizationSeconds: 0 }), 10);
    repeat(4, () => fluid.minute(1500));
    repeat(10, () => fluid.minute(400, { observation: { deploying: true } }));
    expect(fluid.story.lines()).not.toContain(expect.stringMatching(/^in/));
    expect(fluid.story.lines().at(-1)).toBe('hold deployment-in-progress');
    repeat(4, () => fluid.minute(4000, { observation: { deploying: true } }));
    expect(fluid.story.lines().some((line) => line.startsWith('out'))).toBe(true);
  });

  it('its count was set by somebody else, who is not yielded to: that starts the cooldown, and is carried on from', () => {
    const fluid = createFluid(contextOf({ yieldSeconds: 0 }), 4);
    repeat(10, () => fluid.minute(700));
    fluid.minute(700, { observation: { desiredTasks: 12, runningTasks: 12 } });
    expect(fluid.story.loop().changes.at(-1)).toMatchObject({ from: 4, to: 12, by: 'other' });
    expect(fluid.story.told.at(-1)!.plan.decision).toMatchObject({ kind: 'hold', reason: 'cooldown' });
  });

  it('outside of its limits: brought within, out at once and in with patience', () => {
    const below = createFluid(contextOf({ minTasks: 3 }), 1);
    below.minute(100);
    expect(below.story.lines()).toEqual(['out 1→3 below-minimum']);
    const above = createFluid(contextOf({ maxTasks: 6 }), 9);
    repeat(6, () => above.minute(1150));
    expect(above.story.lines().at(-1)).not.toMatch(/above-maximum/);
    expect(above.story.lines()).toContain('in 9→6 above-maximum');
  });

  it('as many tasks as shards: more are not ordered, and the limit is named', () => {
    const fluid = createFluid(contextOf({ maxTasks: 40 }, { ...kinesis, partitions: 4 }), 2);
    repeat(10, () => fluid.minute(350));
    repeat(10, () => fluid.minute(1600));
    expect(fluid.story.observation().desiredTasks).toBe(4);
    expect(fluid.story.lines().at(-1)).toBe('hold partitions-exhausted');
    expect(fluid.story.told.flatMap(({ plan }) => plan.detected.map((it) => it.kind))).toContain(
      'too_few_partitions',
    );
  });

  it('at its maximum: said', () => {
    const fluid = createFluid(contextOf({ maxTasks: 6 }), 5);
    repeat(10, () => fluid.minute(800));
    repeat(8, () => fluid.minute(3000));
    expect(fluid.story.observation().desiredTasks).toBe(6);
    expect(fluid.story.lines().at(-1)).toBe('hold at-maximum');
  });
});
