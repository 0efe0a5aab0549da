import { describe, expect, it } from 'vitest';
import type { BottleneckKind } from '../../lib/contract/bottleneck.ts';
import { observe } from '../../lib/control/observe.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import { actionsAgainst } from '../../lib/core/actions.ts';
import { managedWorld, noon, service, sqs } from '../control/world.ts';
import { createEcs } from '../support/ecs.ts';
import { actionEvent } from '../support/ecs-events.ts';
import { contextOf, createFluid, repeat } from '../support/fluid.ts';

/** What a task can do is known, from an hour in which the load was once too much. */
function experienced() {
  const fluid = createFluid(contextOf({ maxTasks: 60 }), 8);
  const ecs = createEcs(fluid);
  repeat(10, () => ecs.minute(1500));
  repeat(4, () => ecs.minute(2200));
  repeat(40, () => ecs.minute(1500));
  const from = fluid.story.told.length;
  const since = (minute = 0) => fluid.story.told.slice(from + minute);
  return {
    fluid,
    ecs,
    since,
    /** The minute from now in which a bottleneck was found, or cleared; −1 for never. */
    foundAt: (kind: BottleneckKind) =>
      since().findIndex(({ plan }) => plan.detected.some((it) => it.kind === kind)),
    clearedAt: (kind: BottleneckKind) =>
      since().findIndex(({ plan }) => plan.cleared.some((it) => it.kind === kind)),
    changes: (minute = 0) =>
      since(minute).flatMap(({ plan: { decision } }) => (decision.kind === 'scale' ? [decision] : [])),
    newest: () => fluid.story.told.at(-1)!.plan.decision,
    desired: () => fluid.story.observation().desiredTasks,
    rates: () => fluid.story.loop().capacity?.saturated.map((it) => it.perTaskPerSecond),
  };
}

const forever = Number.POSITIVE_INFINITY;

describe('a crash loop: for twenty minutes each task stops 30 s after its start', () => {
  const story = experienced();
  const { ecs } = story;
  const [before, rates] = [story.desired(), story.rates()];
  ecs.livesSeconds = 30;
  repeat(20, () => ecs.minute(1500));
  const [held, desired, ratesAfter] = [story.since(2), story.desired(), story.rates()];

  it('is found within two minutes, with what the tasks say of it', () => {
    expect(story.foundAt('crash_loop')).toBe(1);
    expect(held[0]?.plan.next.bottlenecks).toContainEqual(
      expect.objectContaining({
        kind: 'crash_loop',
        severity: 1,
        cause: 'exit code 1: Essential container in task exited',
      }),
    );
  });

  it('from then on nothing is ordered and nothing given up, though the lag is twenty times the objective', () => {
    expect(new Set(held.map(({ plan }) => plan.decision.reason))).toEqual(new Set(['tasks-cannot-start']));
    expect(held.filter(({ plan }) => plan.tellDecision)).toHaveLength(1);
    expect(held.at(-1)!.plan.decision.evidence.lagSeconds).toBeGreaterThan(1100);
    expect(desired).toBeLessThanOrEqual(before + 2);
  });

  it('nor when the load goes away meanwhile', () => {
    const calm = experienced();
    calm.ecs.livesSeconds = 30;
    repeat(3, () => calm.ecs.minute(1500));
    const tasks = calm.desired();
    repeat(15, () => calm.ecs.minute(0));
    expect(calm.desired()).toBe(tasks);
    expect(calm.newest().reason).toBe('tasks-cannot-start');
  });

  it('nor when nobody is left to read, so that there is no iterator age', () => {
    const unread = experienced();
    unread.ecs.livesSeconds = 10;
    repeat(15, () => unread.ecs.minute(1500, { values: { arrivalsPerSecond: 1500 } }));
    expect(unread.newest()).toMatchObject({
      reason: 'tasks-cannot-start',
      missing: expect.arrayContaining(['lagSeconds']),
    });
  });

  it('what tasks do that stop again is not learned', () => expect(ratesAfter).toEqual(rates));

  it('is over within three minutes of its cause, and then what waits is worked off at once', () => {
    ecs.livesSeconds = forever;
    repeat(10, () => ecs.minute(1500));
    const clearedAt = story.clearedAt('crash_loop');
    expect(clearedAt).toBeGreaterThanOrEqual(20);
    expect(clearedAt).toBeLessThanOrEqual(23);
    expect(story.changes(clearedAt)[0]).toMatchObject({
      direction: 'out',
      reason: 'lag-objective-breached',
    });
    expect(story.newest().evidence.lagSeconds).toBeLessThan(60);
    // An order that took twenty minutes says nothing of how long a start takes.
    expect(story.fluid.story.loop().startups ?? []).toEqual([]);
  });
});

describe('a record that stops whatever task reads it: one of eight tasks fails again and again, and the load doubles', () => {
  const story = experienced();
  const { ecs } = story;
  ecs.livesSeconds = 30;
  ecs.unlucky = 1;
  repeat(8, () => ecs.minute(1500));
  const from = story.since().length;
  repeat(20, () => ecs.minute(3000));

  it('one step is tried once the objective is missed, and when its tasks stay, as many as are needed', () => {
    const [tried, further] = story.changes(from);
    expect(tried).toMatchObject({
      from: 8,
      to: 12,
      reason: 'lag-objective-breached',
      limitedBy: 'low-confidence-step',
    });
    expect(further).toMatchObject({ direction: 'out', from: 12 });
    const lags = story.since(from).map(({ plan }) => plan.decision.evidence.lagSeconds ?? 0);
    expect(Math.max(...lags)).toBeLessThan(180);
    expect(lags.at(-1)).toBeLessThan(60);
  });

  it('is named as long as it is there', () => {
    expect(
      story
        .since()
        .at(-1)!
        .plan.next.bottlenecks.map((it) => it.kind),
    ).toContain('crash_loop');
  });
});

describe('a placement failure: for twenty minutes no place for more than twelve tasks, and a load for twenty', () => {
  const story = experienced();
  const { ecs } = story;
  ecs.places = 12;
  repeat(20, () => ecs.minute(4000));
  const [order, ...others] = story.changes();
  const held = story.since(1).map(({ plan }) => plan.decision);

  it('is found in the next minute, with what ECS says is lacking', () => {
    expect(order).toMatchObject({ direction: 'out', from: 8 });
    const missing = (order!.to - 12) / order!.to;
    expect(story.since(1)[0]?.plan.detected).toContainEqual({
      kind: 'placement_failure',
      severity: missing,
      impact: missing,
      cause: 'RESOURCE:FARGATE',
      sinceSeconds: expect.any(Number),
    });
  });

  it('the order stands: no larger one, and none of it taken back, though the lag grows and grows', () => {
    expect(others).toEqual([]);
    expect(new Set(held.map((it) => it.reason))).toEqual(new Set(['tasks-cannot-start']));
    expect(held.at(-1)!.evidence).toMatchObject({ consumingTasks: 12, desiredTasks: order!.to });
    expect(held.at(-1)!.evidence.lagSeconds).toBeGreaterThan(400);
  });

  it('when there is place ECS starts what was ordered, and Weir goes on', () => {
    ecs.places = forever;
    repeat(15, () => ecs.minute(4000));
    expect(story.clearedAt('placement_failure')).toBe(20);
    expect(story.newest().evidence.lagSeconds).toBeLessThan(60);
    expect(story.desired()).toBeGreaterThanOrEqual(20);
    expect(story.desired()).toBeLessThan(order!.to);
  });

  it('the twenty minutes are not taken for a start', () => {
    expect(story.fluid.story.loop().startups ?? []).toEqual([]);
  });
});

describe('a failed deployment: its tasks stop at once, and after ten minutes it is given up and rolled back', () => {
  const story = experienced();
  const { ecs } = story;
  Object.assign(ecs, { revision: 'orders:13', deployment: 'ecs-svc/2', deploying: true, livesSeconds: 20 });
  repeat(10, () => ecs.minute(1500));
  ecs.tell(
    'SERVICE_DEPLOYMENT_FAILED',
    'ecs-svc/2',
    'ECS deployment circuit breaker: tasks failed to start.',
  );
  ecs.stopAll('orders:13');
  Object.assign(ecs, { revision: 'orders:12', deployment: 'ecs-svc/3', livesSeconds: forever });
  repeat(2, () => ecs.minute(1500));
  ecs.tell('SERVICE_DEPLOYMENT_COMPLETED', 'ecs-svc/3', 'ECS deployment ecs-svc/3 completed.');
  ecs.deploying = false;
  repeat(2, () => ecs.minute(1500));
  const until = story.since().length;
  const [changes, lagSeconds] = [story.changes(), story.newest().evidence.lagSeconds];

  it('is a crash loop while its tasks are tried, then a failed deployment, until the rollback is done', () => {
    expect(story.foundAt('crash_loop')).toBeGreaterThan(0);
    expect(story.foundAt('crash_loop')).toBeLessThanOrEqual(3);
    expect(story.clearedAt('crash_loop')).toBe(10);
    expect(story.since(10)[0]?.plan.detected).toContainEqual({
      kind: 'deployment_failed',
      severity: 0,
      impact: 0,
      cause: 'ECS deployment circuit breaker: tasks failed to start.',
      sinceSeconds: expect.any(Number),
    });
    expect(story.clearedAt('deployment_failed')).toBe(12);
  });

  it('nothing is scaled meanwhile, for the old tasks do all there is to do', () => {
    expect(changes).toEqual([]);
    expect(lagSeconds).toBeLessThan(60);
  });

  it('and what failed stops nobody from scaling what runs again', () => {
    repeat(6, () => ecs.minute(4000));
    expect(story.changes(until)[0]).toMatchObject({ direction: 'out' });
  });
});

describe("from an event of ECS to Weir's own", () => {
  it('what ECS says of a place that it does not find is told with the limit and with the hold', async () => {
    const world = await managedWorld({ sources: [sqs], policy: { minTasks: 8 } });
    const report = await runOnce({ service, slotSeconds: noon }, world.ports);
    expect(report).toMatchObject({ kind: 'scaled', decision: { from: 4, to: 8 } });

    const failure = actionEvent('SERVICE_TASK_PLACEMENT_FAILURE', noon + 20, 'RESOURCE:MEMORY');
    expect(await observe([JSON.stringify(failure)], world.ports)).toEqual(['noticed']);
    for (const minute of [1, 2]) {
      world.clock.set(noon + 60 * minute);
      await runOnce({ service, slotSeconds: noon + 60 * minute }, world.ports);
    }

    const detailOf = (detailType: string) => world.told().find((it) => it.detailType === detailType)?.detail;
    expect(detailOf('Bottleneck Detected')).toMatchObject({
      bottleneck: { kind: 'placement_failure', cause: 'RESOURCE:MEMORY', sinceSeconds: noon + 20 },
      actions: actionsAgainst.placement_failure,
    });
    expect(detailOf('Scaling Held')).toMatchObject({
      decision: { reason: 'tasks-cannot-start', evidence: { retryAtSeconds: noon + 320 } },
      explanation: expect.stringContaining('4 of 8 run'),
    });
  });
});
