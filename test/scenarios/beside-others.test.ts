import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryScalableTargets } from '../../lib/adapters/memory/scalable-targets.ts';
import { createMemorySources } from '../../lib/adapters/memory/sources.ts';
import type { PolicyOverrides } from '../../lib/config/policy.ts';
import type { ScalingActivity } from '../../lib/config/registration.ts';
import type { ServiceId } from '../../lib/contract/service-id.ts';
import { discover } from '../../lib/control/discover.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import { coreThat, createWorld, noon, observation, scale, sqs } from '../control/world.ts';
import { contextOf, createFluid, repeat } from '../support/fluid.ts';

const desiredOf = (fluid: ReturnType<typeof createFluid>) => fluid.story.observation().desiredTasks;
const newest = (fluid: ReturnType<typeof createFluid>) => fluid.story.told.at(-1)!;

/** What a task can do is known, from an hour in which the load was once too much. */
function experienced(policy: PolicyOverrides = {}, tasks = 8) {
  const fluid = createFluid(contextOf({ maxTasks: 60, ...policy }), tasks);
  const observation = { deployment: 'ecs-svc/1' };
  fluid.minute(1500, { observation });
  repeat(9, () => fluid.minute(1500));
  repeat(4, () => fluid.minute(2200));
  repeat(40, () => fluid.minute(1500));
  return fluid;
}

describe('a person sets the count by hand', () => {
  it('to more: it is told, it stands for a quarter of an hour, and is then taken back for what the load needs', () => {
    const fluid = experienced();
    const before = desiredOf(fluid);
    const from = fluid.story.told.length;
    fluid.minute(1500, { observation: { desiredTasks: 20, runningTasks: 20 } });
    expect(newest(fluid).plan).toMatchObject({
      decision: { kind: 'hold', reason: 'yielding', evidence: { yieldUntilSeconds: expect.any(Number) } },
      foreign: { by: 'other', from: before, to: 20 },
    });
    repeat(14, () => fluid.minute(1500));
    const yielded = fluid.story.told.slice(from);
    expect(yielded.every(({ plan: { decision } }) => decision.reason === 'yielding')).toBe(true);
    expect(yielded.filter(({ plan }) => plan.tellDecision)).toHaveLength(1);
    expect(desiredOf(fluid)).toBe(20);
    repeat(10, () => fluid.minute(1500));
    expect(desiredOf(fluid)).toBeLessThanOrEqual(before + 1);
  });

  it('to fewer than the load needs: nothing is done until the objective is missed, and then at once', () => {
    const fluid = experienced();
    const before = desiredOf(fluid);
    const from = fluid.story.told.length;
    fluid.minute(1500, { observation: { desiredTasks: 3, runningTasks: 3 } });
    repeat(5, () => fluid.minute(1500));
    const story = fluid.story.told.slice(from).map(({ plan }) => plan.decision);
    const out = story.findIndex((it) => it.kind === 'scale');
    expect(story.slice(0, out).map((it) => it.reason)).toEqual(Array(out).fill('yielding'));
    expect(story[out]).toMatchObject({ direction: 'out', from: 3, reason: 'lag-objective-breached' });
    expect(out).toBeLessThanOrEqual(3);
    expect(desiredOf(fluid)).toBeGreaterThanOrEqual(before);
    // That ended the yielding: what follows is as ever.
    expect(fluid.story.loop()).not.toHaveProperty('yieldUntilSeconds');
  });

  it('below the minimum of the policy: that stands for the same time', () => {
    const fluid = experienced({ minTasks: 4 });
    fluid.minute(0, { observation: { desiredTasks: 0, runningTasks: 0 } });
    repeat(14, () => fluid.minute(0));
    expect(desiredOf(fluid)).toBe(0);
    fluid.minute(0);
    expect(newest(fluid).plan.decision).toMatchObject({ kind: 'scale', to: 4, reason: 'below-minimum' });
  });

  it('twice: the second time counts anew', () => {
    const fluid = experienced();
    fluid.minute(1500, { observation: { desiredTasks: 20, runningTasks: 20 } });
    repeat(9, () => fluid.minute(1500));
    fluid.minute(1500, { observation: { desiredTasks: 16, runningTasks: 16 } });
    repeat(14, () => fluid.minute(1500));
    expect(desiredOf(fluid)).toBe(16);
    expect(newest(fluid).plan.decision.reason).toBe('yielding');
  });
});

describe('cdk deploy in the middle of a peak, with the count of the template', () => {
  it('what there was is put back at once, while the deployment goes on', () => {
    const fluid = experienced();
    repeat(8, () => fluid.minute(6000));
    const peak = desiredOf(fluid);
    expect(peak).toBeGreaterThanOrEqual(30);
    const reset = { desiredTasks: 2, deploying: true, deployment: 'ecs-svc/2' };
    fluid.minute(6000, { observation: reset });
    expect(newest(fluid).plan).toMatchObject({
      decision: { kind: 'scale', direction: 'out', from: 2, reason: 'deployment-reset' },
      foreign: { by: 'deployment', from: peak, to: 2, restoreTasks: peak },
    });
    expect(desiredOf(fluid)).toBeGreaterThanOrEqual(peak);
    repeat(3, () => fluid.minute(6000));
    expect(fluid.backlog() / 6000).toBeLessThan(60);
    expect(fluid.story.loop()).not.toHaveProperty('restore');
  });

  it('never above the maximum that the policy has by now', () => {
    const fluid = createFluid(contextOf({ maxTasks: 5 }), 9);
    fluid.minute(100, { observation: { deployment: 'ecs-svc/1' } });
    fluid.minute(100, { observation: { desiredTasks: 2, deployment: 'ecs-svc/2' } });
    expect(newest(fluid).plan.decision).toMatchObject({ to: 5, reason: 'deployment-reset' });
  });

  it('a deployment after the peak brings nothing back that was given up before', () => {
    const fluid = experienced();
    repeat(8, () => fluid.minute(6000));
    repeat(20, () => fluid.minute(400));
    const calm = desiredOf(fluid);
    fluid.minute(400, { observation: { desiredTasks: 2, runningTasks: 2, deployment: 'ecs-svc/2' } });
    expect(desiredOf(fluid)).toBeLessThanOrEqual(Math.max(2, calm));
  });
});

describe('weir:protect', () => {
  it('idle: of ten tasks, those that have something to do stay, and the others go', () => {
    const fluid = experienced({ protect: 'idle' });
    const busy = (protectedTasks: number) => ({ observation: { protectedTasks } });
    repeat(12, () => fluid.minute(300, busy(desiredOf(fluid))));
    const before = desiredOf(fluid);
    expect(before).toBeGreaterThan(2);
    expect(newest(fluid).plan.decision).toMatchObject({
      kind: 'hold',
      reason: 'tasks-busy',
      limitedBy: 'protection',
      evidence: { protectedTasks: before },
    });
    fluid.minute(300, busy(before - 1));
    expect(newest(fluid).plan.decision).toMatchObject({
      kind: 'scale',
      direction: 'in',
      to: before - 1,
      limitedBy: 'protection',
    });
  });

  it('idle, and ECS does not tell who is: nobody goes, and that is said', () => {
    const fluid = experienced({ protect: 'idle' });
    repeat(12, () => fluid.minute(300));
    expect(newest(fluid).plan.decision).toMatchObject({
      kind: 'hold',
      reason: 'metrics-missing',
      missing: ['protectedTasks'],
    });
  });

  it('drained: a queue is scaled in once nothing waits or is in flight, and not before', () => {
    const context = contextOf({ maxTasks: 60, protect: 'drained' }, sqs);
    const fluid = createFluid(context, 4);
    repeat(10, () => fluid.minute(700));
    repeat(6, () => fluid.minute(2200));
    const peak = desiredOf(fluid);
    expect(peak).toBeGreaterThan(8);
    // Each tick finds some messages in flight, few as they are.
    const inFlight = { arrivalsPerSecond: 50, lagSeconds: 0, backlogRecords: 3, processedPerSecond: 50 };
    repeat(15, () => fluid.story.minute({ values: inFlight }));
    expect(desiredOf(fluid)).toBe(peak);
    expect(newest(fluid).plan.decision).toMatchObject({ kind: 'hold', reason: 'tasks-busy' });
    fluid.story.minute({ values: { ...inFlight, backlogRecords: 0 } });
    expect(newest(fluid).plan.decision).toMatchObject({ kind: 'scale', direction: 'in' });
  });
});

describe('Application Auto Scaling was there first', () => {
  const service: ServiceId = 'main/orders';
  const wantsEight = coreThat(({ window: { observation: seen } }) => scale(seen.desiredTasks, 8));
  let fleet: ReturnType<typeof createFleet>;

  function createFleet() {
    const world = createWorld();
    const targets = createMemoryScalableTargets();
    const sources = createMemorySources();
    sources.put({ kind: 'kinesis', stream: 'orders' }, { partitions: 8 });
    const tags = { 'weir:managed': 'auto', 'weir:source': 'kinesis/orders' };
    world.services.put(service, { observation, tags });
    const ports = { ...world.ports, tagged: world.services, sources, targets, fleet: { policies: {} } };
    const told: string[] = [];
    world.store.onCommit((...[, written]) => told.push(...written.outbox.map((it) => it.detailType)));
    let minute = 0;
    return {
      world,
      told,
      scaledBy: (active: readonly ScalingActivity[]) => targets.set(service, active),
      discover: () => discover(ports),
      tick: () => {
        world.clock.set(noon + 60 * ++minute);
        return runOnce({ service, slotSeconds: noon + 60 * minute }, world.ports, wantsEight);
      },
    };
  }

  beforeEach(() => {
    fleet = createFleet();
  });

  it('active: Weir says what it would do and leaves the count alone; suspended: it goes on', async () => {
    fleet.scaledBy(['scale-in', 'scale-out', 'scheduled']);
    await fleet.discover();
    expect(fleet.told.splice(0)).toEqual(['Service Registered', 'Ownership Conflict']);

    expect(await fleet.tick()).toMatchObject({ kind: 'advised', decision: { to: 8 } });
    expect(fleet.world.services.updates).toEqual([]);
    expect(fleet.told.splice(0)).toEqual(['Scaling Decision']);

    // Half suspended is not suspended, and is told as what it is.
    fleet.scaledBy(['scale-in']);
    await fleet.discover();
    expect(fleet.told.splice(0)).toEqual(['Service Registered', 'Ownership Conflict']);
    expect(await fleet.tick()).toMatchObject({ kind: 'advised' });

    fleet.scaledBy([]);
    await fleet.discover();
    fleet.told.length = 0;
    expect(await fleet.tick()).toMatchObject({ kind: 'scaled', outcome: 'applied' });
    expect(fleet.world.services.updates).toMatchObject([{ desiredTasks: 8 }]);
  });

  it('comes later: what is unchanged is told once, and the next tick only advises', async () => {
    await fleet.discover();
    fleet.scaledBy(['scale-out']);
    await fleet.discover();
    await fleet.discover();
    expect(fleet.told).toEqual(['Service Registered', 'Service Registered', 'Ownership Conflict']);
    expect(await fleet.tick()).toMatchObject({ kind: 'advised' });
  });
});
