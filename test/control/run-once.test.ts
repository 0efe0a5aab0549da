import { describe, expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import { eventSchemas } from '../../lib/contract/events.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import { initialLoopState, type LoopState } from '../../lib/core/loop-state.ts';
import type { ServiceObservation } from '../../lib/core/sample.ts';
import {
  coreThat,
  createWorld,
  hold,
  kinesis,
  managedWorld,
  noon,
  observation,
  scale,
  service,
} from './world.ts';

const outTo6 = coreThat(() => scale(4, 6));
const steady = coreThat(() => hold());

describe('a hold', () => {
  it('is one write: no lease, nothing in flight, no call', async () => {
    const world = await managedWorld();

    const report = await world.tick(steady);

    expect(report).toEqual({ kind: 'held', service, slotSeconds: noon, decision: hold() });
    expect(world.commits).toHaveLength(1);
    expect(world.commits[0]).toMatchObject({
      service,
      version: 1,
      loop: { slotSeconds: noon, desiredTasks: 4 },
    });
    expect(world.commits[0]).not.toHaveProperty('leaseUntilSeconds');
    expect(world.commits[0]).not.toHaveProperty('inFlight');
    expect(world.services.updates).toEqual([]);
  });

  it('is told when its reason changes, and not at each tick', async () => {
    const world = await managedWorld();

    await world.tick(steady);
    world.clock.advance(60);
    await world.tick(steady);
    world.clock.advance(60);
    await world.tick(coreThat(() => hold('cooldown')));

    expect(world.told()).toMatchObject([
      { detailType: 'Scaling Held', detail: { id: 'main/orders#1.0', decision: { reason: 'on-target' } } },
      { detailType: 'Scaling Held', detail: { id: 'main/orders#3.0', decision: { reason: 'cooldown' } } },
    ]);
  });

  it('carries everything else that the plan tells, each by its schema', async () => {
    const world = await managedWorld();
    const bottleneck = { kind: 'cpu', severity: 0.5, impact: 0.3, sinceSeconds: noon - 120 } as const;

    await world.tick(
      coreThat(() => ({
        decision: hold('metrics-missing'),
        detected: [bottleneck],
        cleared: [{ kind: 'memory', sinceSeconds: noon - 600, untilSeconds: noon - 60 }],
        missing: { fields: ['lagSeconds'], sinceSeconds: noon - 400 },
        advice: [{ horizon: 'immediate', topic: 'cpu', advice: 'Add tasks.', evidence: { cpuPercent: 91 } }],
      })),
    );

    const told = world.told();
    expect(told.map((it) => it.detailType)).toEqual([
      'Bottleneck Detected',
      'Bottleneck Cleared',
      'Metrics Missing',
      'Scaling Held',
      'Recommendation',
    ]);
    for (const event of told) expect(() => eventSchemas[event.detailType].parse(event.detail)).not.toThrow();
    expect(told.map((it) => it.detail.id)).toEqual([0, 1, 2, 3, 4].map((index) => `main/orders#1.${index}`));
    expect(told[0]?.detail).toMatchObject({
      actions: ['Add tasks', 'Give each task more CPU', expect.any(String)],
    });
    expect(told[1]?.detail).toMatchObject({ lastedSeconds: 540 });
    expect(told.every((it) => it.detail.at === '2026-11-27T12:00:00.000Z')).toBe(true);
  });

  it('tells when the breaker opens and closes', async () => {
    const world = await managedWorld();
    const breaker = {
      sinceSeconds: noon,
      tasks: 4,
      ratePerSecond: 2000,
      limit: 'downstream',
      waitSeconds: 1800,
      retryAtSeconds: noon + 1800,
    } as const;

    await world.tick(
      coreThat(() => ({ decision: hold('breaker-open'), breaker: { kind: 'opened', breaker } })),
    );
    world.clock.advance(60);
    await world.tick(
      coreThat(() => ({
        decision: hold('breaker-open'),
        breaker: { kind: 'closed', suspendedSeconds: 60 },
      })),
    );

    const told = world.told().filter((it) => it.detailType !== 'Scaling Held');
    expect(told).toMatchObject([
      {
        detailType: 'Scaling Suspended',
        detail: { direction: 'out', tasks: 4, limit: 'downstream', retryAtSeconds: noon + 1800 },
      },
      { detailType: 'Scaling Resumed', detail: { direction: 'out', suspendedSeconds: 60 } },
    ]);
    for (const event of told) expect(() => eventSchemas[event.detailType].parse(event.detail)).not.toThrow();
  });
});

describe.each(['approve', 'recommend'] as const)('in mode %s', (mode) => {
  it('a scale is decided, told once for each count, and never sent', async () => {
    const world = await managedWorld({ mode });

    const reports = [];
    for (const to of [6, 6, 7]) {
      reports.push(await world.tick(coreThat(() => scale(4, to))));
      world.clock.advance(60);
    }

    expect(reports).toMatchObject([
      { kind: 'advised', told: true, decision: { to: 6 }, decisionId: 'main/orders#1' },
      { kind: 'advised', told: false, decision: { to: 6 } },
      { kind: 'advised', told: true, decision: { to: 7 } },
    ]);
    expect(world.services.updates).toEqual([]);
    expect(world.commits.every((it) => it.leaseUntilSeconds === undefined && it.inFlight === undefined)).toBe(
      true,
    );
    expect(world.told()).toMatchObject([
      { detailType: 'Scaling Decision', detail: { mode, decision: { to: 6 } } },
      { detailType: 'Scaling Decision', detail: { mode, decision: { to: 7 } } },
    ]);
  });

  it('advice that a hold has ended is told again when it comes back', async () => {
    const world = await managedWorld({ mode });

    for (const decision of [scale(4, 6), hold('metrics-stale'), scale(4, 6)]) {
      await world.tick(coreThat(() => decision));
      world.clock.advance(60);
    }

    expect(world.told().map((it) => it.detailType)).toEqual([
      'Scaling Decision',
      'Scaling Held',
      'Scaling Decision',
    ]);
  });
});

describe('a tick that is not evaluated', () => {
  it('duplicate: its slot, or a later one, has been', async () => {
    const world = await managedWorld();
    await world.tick(steady);
    const again = await world.tick(steady);
    world.clock.advance(58);
    const stillTheSame = await world.tick(steady, noon);
    const before = await world.tick(steady, noon - 1);

    expect(again).toEqual({ kind: 'duplicate', service, slotSeconds: noon });
    expect(stillTheSame).toMatchObject({ kind: 'duplicate' });
    expect(before).toMatchObject({ kind: 'duplicate' });
    expect(world.commits).toHaveLength(1);
  });

  it.each([
    [60, 'held'],
    [60.1, 'late'],
  ])('late: older than its cadence of 60 s; after %d s it is %s', async (seconds, kind) => {
    const world = await managedWorld();
    world.clock.advance(seconds);

    expect(await world.tick(steady, noon)).toMatchObject({ kind });
  });

  it('not-managed: never registered, rejected, retired', async () => {
    const world = createWorld();
    const never = await world.tick(steady);
    await world.store.commitRegistration({
      service,
      version: 1,
      outbox: [],
      status: 'rejected',
      problems: [],
    });
    const rejected = await world.tick(steady);
    await world.store.commitRegistration({ service, version: 2, outbox: [], status: 'retired' });
    const retired = await world.tick(steady);

    expect([never, rejected, retired].map((it) => it.kind)).toEqual([
      'not-managed',
      'not-managed',
      'not-managed',
    ]);
    expect(world.commits).toEqual([]);
  });

  it.each(['service-missing', 'service-inactive', 'cluster-missing'] as const)('gone: %s', async (cause) => {
    const world = await managedWorld();
    world.services.remove(service, cause);

    expect(await world.tick(steady)).toEqual({ kind: 'gone', cause, service, slotSeconds: noon });
    expect(world.commits).toEqual([]);
  });

  it('daemon', async () => {
    const world = await managedWorld();
    world.services.put(service, { observation, scheduling: 'DAEMON' });

    expect(await world.tick(outTo6)).toEqual({ kind: 'daemon', service, slotSeconds: noon });
    expect(world.commits).toEqual([]);
  });

  describe('resting: nothing may happen before long that would not be seen in time', () => {
    const restful = coreThat(() => ({
      decision: hold(),
      next: { restUntilSeconds: noon + 150, deployment: 'ecs-svc/1' } as LoopState,
    }));

    async function restingWorld() {
      const world = await managedWorld({ sources: [kinesis] });
      world.services.update(service, { deployment: 'ecs-svc/1' });
      let reads = 0;
      const counting = {
        read: (...query: Parameters<typeof world.metrics.read>) => {
          reads++;
          return world.metrics.read(...query);
        },
      };
      const tick = () =>
        runOnce(
          { service, slotSeconds: Math.floor(world.clock.nowSeconds() / 60) * 60 },
          { ...world.ports, metrics: counting },
          restful,
        );
      await tick();
      reads = 0;
      return { ...world, next: tick, reads: () => reads };
    }

    it('its metrics are left alone, and nothing is written, until the rest is over', async () => {
      const world = await restingWorld();
      for (const minute of [1, 2]) {
        world.clock.set(noon + 60 * minute);
        expect(await world.next()).toEqual({
          kind: 'resting',
          untilSeconds: noon + 150,
          service,
          slotSeconds: noon + 60 * minute,
        });
      }
      expect([world.reads(), world.commits.length]).toEqual([0, 1]);
      world.clock.set(noon + 180);
      expect(await world.next()).toMatchObject({ kind: 'held' });
      expect(world.reads()).toBeGreaterThan(0);
    });

    it.each<[string, Partial<ServiceObservation>]>([
      ['somebody changes its count', { desiredTasks: 9 }],
      ['a task of it dies', { runningTasks: 3 }],
      ['it is deployed', { deploying: true }],
      ['a deployment came and went', { deployment: 'ecs-svc/2' }],
    ])('and that ends at once when %s', async (_, change) => {
      const world = await restingWorld();
      world.services.update(service, change);
      world.clock.set(noon + 60);
      expect(await world.next()).toMatchObject({ kind: 'held' });
      expect(world.reads()).toBeGreaterThan(0);
    });

    it('and when its policy would have another count', async () => {
      const world = await restingWorld();
      const policy = policySchema.parse({ minTasks: 6 });
      await world.register({ service, mode: 'auto', policy, sources: [kinesis] }, 2);
      world.clock.set(noon + 60);
      expect(await world.next()).toMatchObject({ kind: 'held' });
    });
  });

  it('overtaken: somebody wrote first, so that nothing is told and nothing is sent', async () => {
    const world = await managedWorld();
    const loses = coreThat(() => {
      void world.store.commitState({
        service,
        version: 1,
        outbox: [],
        loop: { ...initialLoopState, slotSeconds: noon },
      });
      return scale(4, 6);
    });

    const report = await world.tick(loses);

    expect(report).toEqual({ kind: 'overtaken', service, slotSeconds: noon });
    expect(world.services.updates).toEqual([]);
    expect(world.told()).toEqual([]);
  });
});

describe('the stages', () => {
  it('are each timed once, in order', async () => {
    const world = await managedWorld();

    await world.tick(steady);

    expect([...world.telemetry.stages.keys()]).toEqual([
      'collect',
      'window',
      'analyze',
      'decide',
      'act',
      'publish',
    ]);
    expect([...world.telemetry.stages.values()].every((it) => it.times === 1 && it.milliseconds >= 0)).toBe(
      true,
    );
  });

  it('are timed where they end: a tick that is not evaluated has only been collected', async () => {
    const world = createWorld();

    await world.tick(steady);

    expect([...world.telemetry.stages.keys()]).toEqual(['collect']);
  });

  it('are timed when they break, and the error comes through as it is', async () => {
    const broken = new Error('broken');
    const breaks = () => {
      throw broken;
    };
    const unreachable = await managedWorld();
    unreachable.ports.services.describe = async () => breaks();
    const thoughtless = await managedWorld();

    await expect(unreachable.tick(steady)).rejects.toBe(broken);
    await expect(thoughtless.tick({ ...steady, analyze: breaks })).rejects.toBe(broken);

    expect([...unreachable.telemetry.stages.keys()]).toEqual(['collect']);
    expect([...thoughtless.telemetry.stages.keys()]).toEqual(['collect', 'window', 'analyze']);
  });
});
