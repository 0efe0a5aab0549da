import { describe, expect, it } from 'vitest';
import { msk } from '../control/world.ts';
import { contextOf, createFluid, repeat } from '../support/fluid.ts';

const policy = { maxTasks: 40, rebalanceSeconds: 90 };
const topic = { ...msk, partitions: 48 };

/** A topic that a group reads, whose tasks' rate is known from a load that was once too much for them. */
function experienced() {
  const fluid = createFluid(contextOf(policy, topic), 6);
  repeat(10, () => fluid.minute(1100));
  repeat(3, () => fluid.minute(1400));
  repeat(25, () => fluid.minute(1100));
  return fluid;
}

/** A minute in which the group rebalances: MSK says nothing of it, and how much comes into the topic as ever. */
const silent = (arrivalsPerSecond: number) => ({
  values: { arrivalsPerSecond },
  unread: (['backlogRecords', 'lagSeconds'] as const).map((field) => ({ field, cause: 'absent' as const })),
});

const decisionsFrom = (fluid: ReturnType<typeof createFluid>, from: number) =>
  fluid.story.told.slice(from).map(({ plan }) => plan.decision);

describe('a group of Kafka rebalances because tasks have come', () => {
  it('minute by minute: what waits is unknown, which is not nothing: nothing is ordered twice, nor given up', () => {
    const fluid = experienced();
    const before = fluid.story.observation().desiredTasks;
    const from = fluid.story.told.length;
    // The load goes up, and more tasks are ordered.
    let load = 1100;
    const isOut = () => fluid.story.told.at(-1)!.plan.decision.kind === 'scale';
    for (; !isOut() && load < 2500; load += 100) fluid.minute(load);
    expect(fluid.story.observation().desiredTasks).toBeGreaterThan(before);

    // They come, the partitions change hands, and for six minutes the group has no lag.
    const gap = fluid.story.told.length;
    for (let minute = 0; minute < 6; minute++) fluid.minute(load, silent(load));
    const during = fluid.story.told.slice(gap).map(({ plan }) => plan);
    // The last that was known holds for three minutes, and asks for nothing twice; from then on nothing is done.
    expect(
      during.filter(({ decision }) => decision.kind === 'scale' && decision.direction === 'out'),
    ).toEqual([]);
    for (const { decision } of during.slice(2))
      expect(decision).toMatchObject({ kind: 'hold', reason: 'metrics-stale', missing: ['backlogRecords'] });
    // It is no consumer that has stopped reading, and not yet worth telling.
    expect(during.flatMap(({ detected, missing }) => [...detected, ...(missing ? [missing] : [])])).toEqual(
      [],
    );

    // The group has come to rest: what is known again bears the load, and nothing was late.
    repeat(25, () => fluid.minute(load));
    expect(fluid.backlog()).toBe(0);
    expect(fluid.story.observation().desiredTasks).toBeGreaterThanOrEqual(Math.ceil(load / 200));
    expect(
      fluid.story.told.slice(from).every(({ plan }) => (plan.decision.evidence.lagSeconds ?? 0) <= 60),
    ).toBe(true);
  });

  it('that never comes to rest is told: first the signal, then that nobody reads', () => {
    const fluid = experienced();
    const from = fluid.story.told.length;
    for (let minute = 0; minute < 12; minute++) fluid.minute(1100, { ...silent(1100), working: 0 });

    const told = fluid.story.told.slice(from);
    const firstOf = (happened: (it: (typeof told)[number]) => boolean) => told.findIndex(happened);
    const unread = firstOf(({ plan }) => plan.detected.some((it) => it.kind === 'not_reading'));
    const missing = firstOf(({ plan }) => plan.missing !== undefined);
    expect(unread).toBeGreaterThanOrEqual(0);
    expect(told[missing]!.plan.missing!.fields).toEqual(['backlogRecords']);
    expect(told.at(-1)!.plan.decision).toMatchObject({ kind: 'hold', reason: 'not-reading' });
    expect(decisionsFrom(fluid, from).every((it) => it.kind === 'hold')).toBe(true);
  });

  it('where the cluster tells nothing of the topic either, the lag alone says when: a step, and never inward', () => {
    const context = contextOf({ ...policy, startupSeconds: 60 }, topic);
    const fluid = createFluid(context, 6);
    let backlog = 0;
    const minute = (perSecond: number, rebalances = false) => {
      const able = fluid.story.observation().runningTasks * 200;
      backlog = Math.max(0, backlog + 60 * (perSecond - able));
      const values = rebalances ? {} : { backlogRecords: backlog, lagSeconds: backlog / perSecond };
      fluid.story.minute({ values });
    };
    repeat(6, () => minute(1100));
    repeat(2, () => minute(2000));
    minute(2000, true);
    repeat(20, () => minute(2000));

    const scales = fluid.story.told.flatMap(({ plan }) =>
      plan.decision.kind === 'scale' ? [plan.decision] : [],
    );
    expect(scales.map((it) => [it.direction, it.reason])).toEqual(
      scales.map(() => ['out', 'unknown-capacity-step']),
    );
    expect(fluid.story.observation().desiredTasks).toBeGreaterThanOrEqual(10);
    expect(backlog).toBe(0);
  });
});
