import { describe, expect, it } from 'vitest';
import { eventSchemas } from '../../lib/contract/events.ts';
import { callTimeoutSeconds, leaseSeconds } from '../../lib/control/act.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import {
  coreThat,
  createWorld,
  hold,
  kinesis,
  noon,
  observation,
  publishMinute,
  registrationOf,
  scale,
  service,
  sqs,
} from './world.ts';

const outTo6 = coreThat(() => scale(4, 6));
const steady = coreThat(() => hold());

async function managedWorld(...content: Parameters<typeof registrationOf>) {
  const world = createWorld(registrationOf(...content));
  await world.register();
  return world;
}

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
});

describe('a scale', () => {
  it('is written with its lease before the call, and with its outcome after it', async () => {
    const world = await managedWorld();
    world.clock.advance(2);

    const report = await world.tick(outTo6);

    expect(report).toEqual({
      kind: 'scaled',
      service,
      slotSeconds: noon,
      decisionId: 'main/orders#1',
      decision: scale(4, 6),
      outcome: 'applied',
    });
    expect(world.services.updates).toEqual([
      { service, desiredTasks: 6, timeoutSeconds: callTimeoutSeconds, outcome: { kind: 'accepted' } },
    ]);
    const [first, second] = world.commits;
    expect(first).toMatchObject({
      version: 1,
      leaseUntilSeconds: noon + 2 + leaseSeconds,
      inFlight: { decisionId: 'main/orders#1', from: 4, to: 6, atSeconds: noon + 2 },
      loop: { desiredTasks: 4, changes: [] },
    });
    expect(first?.outbox).toMatchObject([
      {
        detailType: 'Scaling Decision',
        detail: { id: 'main/orders#1.0', mode: 'auto', decisionId: 'main/orders#1', decision: scale(4, 6) },
      },
    ]);
    expect(second?.version).toBe(2);
    expect(second).not.toHaveProperty('leaseUntilSeconds');
    expect(second).not.toHaveProperty('inFlight');
    expect(second?.loop).toEqual({
      ...first?.loop,
      desiredTasks: 6,
      changes: [{ atSeconds: noon + 2, from: 4, to: 6, by: 'weir' }],
    });
    expect(second?.outbox).toMatchObject([
      {
        detailType: 'Scaling Applied',
        detail: {
          id: 'main/orders#2.0',
          decisionId: 'main/orders#1',
          from: 4,
          to: 6,
          confirmedBy: 'response',
          at: '2026-11-27T12:00:02.000Z',
        },
      },
    ]);
  });

  it.each([
    ['rejected', 'AccessDeniedException'],
    ['throttled', 'ThrottlingException: Rate exceeded'],
    ['service-gone', 'ServiceNotFoundException'],
  ] as const)('that ECS refuses (%s) has failed, and the count stays', async (cause, message) => {
    const world = await managedWorld();
    world.services.failNextUpdate({ kind: 'refused', cause, message });

    const report = await world.tick(outTo6);

    expect(report).toMatchObject({ kind: 'scaled', outcome: 'failed', cause, message });
    expect(world.desiredTasks()).toBe(4);
    expect(world.commits.at(-1)).toMatchObject({ version: 2, loop: { desiredTasks: 4, changes: [] } });
    expect(world.commits.at(-1)).not.toHaveProperty('inFlight');
    expect(world.told().at(-1)).toMatchObject({
      detailType: 'Scaling Failed',
      detail: { decisionId: 'main/orders#1', from: 4, to: 6, cause, message },
    });
  });

  it('cuts the message of a failure to what its event may hold', async () => {
    const world = await managedWorld();
    world.services.failNextUpdate({ kind: 'refused', cause: 'rejected', message: 'x'.repeat(5000) });

    await world.tick(outTo6);

    const failed = world.told().at(-1);
    expect(failed?.detailType).toBe('Scaling Failed');
    expect(() => eventSchemas['Scaling Failed'].parse(failed?.detail)).not.toThrow();
  });

  it.each([
    ['went through', true, 6],
    ['did not', false, 4],
  ])(
    'whose answer was lost stays in flight, untold, until the next tick has looked: it %s',
    async (_, applied, seen) => {
      const world = await managedWorld();
      world.services.failNextUpdate({ kind: 'unknown', message: 'TimeoutError' }, { applied });

      const report = await world.tick(outTo6);

      expect(report).toMatchObject({ kind: 'scaled', outcome: 'unknown', message: 'TimeoutError' });
      expect(world.told().map((it) => it.detailType)).toEqual(['Scaling Decision']);
      expect(world.commits.at(-1)).toMatchObject({
        version: 1,
        inFlight: { to: 6 },
        leaseUntilSeconds: noon + 15,
      });
      expect(world.desiredTasks()).toBe(seen);

      world.clock.advance(60);
      await world.tick(coreThat(() => hold('on-target', seen)));

      expect(world.services.updates).toHaveLength(1);
      expect(world.commits.at(-1)).not.toHaveProperty('inFlight');
      expect(world.told()[1]).toMatchObject(
        applied
          ? {
              detailType: 'Scaling Applied',
              detail: { decisionId: 'main/orders#1', confirmedBy: 'observation' },
            }
          : { detailType: 'Scaling Failed', detail: { decisionId: 'main/orders#1', cause: 'not-taken' } },
      );
    },
  );

  it('is not sent when the first write took so long that the lease might not outlive the call', async () => {
    const world = await managedWorld();
    world.store.onCommit(() => world.clock.advance(leaseSeconds - callTimeoutSeconds));

    const report = await world.tick(outTo6);

    expect(report).toMatchObject({ kind: 'scaled', outcome: 'failed', cause: 'not-sent' });
    expect(world.services.updates).toEqual([]);
    expect(world.told().map((it) => it.detailType)).toEqual(['Scaling Decision', 'Scaling Failed']);
  });

  it('is not begun on evidence that is too old: nothing is written, the next tick looks afresh', async () => {
    const world = await managedWorld();
    const stalls = coreThat(() => {
      world.clock.advance(31);
      return scale(4, 6);
    });

    const report = await world.tick(stalls);

    expect(report).toEqual({ kind: 'late', service, slotSeconds: noon, lateSeconds: 31 });
    expect(world.commits).toEqual([]);
    expect(world.services.updates).toEqual([]);
  });
});

describe('a decision in flight, found after its lease', () => {
  async function withInFlight() {
    const world = await managedWorld();
    world.services.failNextUpdate({ kind: 'unknown', message: 'TimeoutError' });
    await world.tick(outTo6);
    world.clock.advance(60);
    return world;
  }

  it('gives the core the change that took place, at the moment of the decision', async () => {
    const world = await withInFlight();
    world.services.update(service, { desiredTasks: 6 });
    const changes: unknown[] = [];

    await world.tick(
      coreThat(({ loop }) => {
        changes.push(...loop.changes, loop.desiredTasks);
        return hold('tasks-starting', 6);
      }),
    );

    expect(changes).toEqual([{ atSeconds: noon, from: 4, to: 6, by: 'weir' }, 6]);
  });

  it('is void when ECS has the count of before: this tick decides afresh and sends its own', async () => {
    const world = await withInFlight();

    const report = await world.tick(coreThat(() => scale(4, 7)));

    expect(report).toMatchObject({ outcome: 'applied', decisionId: 'main/orders#2' });
    expect(world.services.updates.map((it) => it.desiredTasks)).toEqual([6, 7]);
    expect(world.told()).toMatchObject([
      { detailType: 'Scaling Decision', detail: { decisionId: 'main/orders#1' } },
      {
        detailType: 'Scaling Failed',
        detail: { id: 'main/orders#2.0', decisionId: 'main/orders#1', cause: 'not-taken' },
      },
      { detailType: 'Scaling Decision', detail: { id: 'main/orders#2.1', decisionId: 'main/orders#2' } },
      { detailType: 'Scaling Applied', detail: { decisionId: 'main/orders#2' } },
    ]);
  });

  it('was overtaken when somebody else moved the count, and the core sees that for itself', async () => {
    const world = await withInFlight();
    world.services.update(service, { desiredTasks: 5 });
    const seen: unknown[] = [];

    await world.tick(
      coreThat(({ loop, window }) => {
        seen.push(loop.desiredTasks, window.observation.desiredTasks);
        return hold('on-target', 5);
      }),
    );

    expect(seen).toEqual([4, 5]);
    expect(world.told()[1]).toMatchObject({
      detailType: 'Scaling Failed',
      detail: { cause: 'overtaken', message: 'ECS has 5 tasks: neither the 4 of before nor the 6 decided.' },
    });
  });

  it('is ended when the service is gone, once', async () => {
    const world = await withInFlight();
    world.services.remove(service, 'service-inactive');

    const first = await world.tick(steady);
    world.clock.advance(60);
    const second = await world.tick(steady);

    expect(first).toEqual({ kind: 'gone', cause: 'service-inactive', service, slotSeconds: noon + 60 });
    expect(second).toMatchObject({ kind: 'gone' });
    expect(world.told().map((it) => it.detailType)).toEqual(['Scaling Decision', 'Scaling Failed']);
    expect(world.told()[1]?.detail).toMatchObject({ cause: 'service-gone', decisionId: 'main/orders#1' });
    expect(world.commits.at(-1)).not.toHaveProperty('inFlight');
  });

  it('is left alone while the lease runs, whoever comes', async () => {
    const world = await managedWorld({ policy: { evaluationSeconds: 10 } });
    world.services.failNextUpdate({ kind: 'unknown', message: 'TimeoutError' }, { applied: true });
    await world.tick(outTo6, noon);
    world.clock.set(noon + 10);

    const busy = await world.tick(steady, noon + 10);
    world.clock.set(noon + 20);
    const held = await world.tick(steady, noon + 20);

    expect(busy).toEqual({ kind: 'busy', untilSeconds: noon + 15, service, slotSeconds: noon + 10 });
    expect(held).toMatchObject({ kind: 'held' });
    expect(world.told()[1]).toMatchObject({ detailType: 'Scaling Applied' });
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

  it('overtaken: somebody wrote first, so that nothing is told and nothing is sent', async () => {
    const world = await managedWorld();
    const loses = coreThat(() => {
      void world.store.commitState({
        service,
        version: 1,
        outbox: [],
        loop: { ...loopOf(), slotSeconds: noon },
      });
      return scale(4, 6);
    });

    const report = await world.tick(loses);

    expect(report).toEqual({ kind: 'overtaken', service, slotSeconds: noon });
    expect(world.services.updates).toEqual([]);
    expect(world.told()).toEqual([]);
  });
});

const loopOf = () => ({
  format: 1 as const,
  slotSeconds: 0,
  changes: [],
  wanted: [],
  bottlenecks: [],
  pastBottlenecks: [],
  advised: [],
  polledAtSeconds: {},
});

describe('what is measured', () => {
  const stream = { StreamName: 'orders' };

  it('goes into the window of this tick and, as a sample, into those of the next', async () => {
    const world = await managedWorld({ sources: [kinesis] });
    publishMinute(world, 'AWS/Kinesis', 'IncomingRecords', stream, noon - 60, { Sum: 6000 });
    const windows: unknown[] = [];
    const looks = coreThat(({ window }) => {
      windows.push(window.series.arrivalsPerSecond?.map((it) => it.value));
      return hold();
    });

    await world.tick(looks);
    world.clock.advance(60);
    publishMinute(world, 'AWS/Kinesis', 'IncomingRecords', stream, noon, { Sum: 12_000 });
    await world.tick(looks);

    expect(windows).toEqual([[100], [100, 200]]);
    const samples = await world.store.samples(service, 0);
    expect(samples.map((it) => it.series.arrivalsPerSecond)).toEqual([
      [{ atSeconds: noon - 60, value: 100 }],
      [{ atSeconds: noon, value: 200 }],
    ]);
    expect(samples.map((it) => it.observation)).toEqual([observation, observation]);
  });

  it('is asked for when it is due by the slots, however the ticks jitter, and not before', async () => {
    const world = await managedWorld({ sources: [kinesis] });
    const asked: string[][] = [];
    const counting = {
      ...world.ports,
      metrics: {
        read: (query: Parameters<typeof world.metrics.read>[0]) => {
          asked.at(-1)?.push(query.metricName);
          return world.metrics.read(query);
        },
      },
    };

    for (const jitter of [9, 0.2, 5]) {
      asked.push([]);
      world.clock.set(noon + 60 * (asked.length - 1) + jitter);
      await runOnce({ service, slotSeconds: noon + 60 * (asked.length - 1) }, counting, steady);
    }

    const lag = 'GetRecords.IteratorAgeMilliseconds';
    expect(asked).toEqual([
      ['IncomingRecords', lag, lag, 'CPUUtilization', 'MemoryUtilization'],
      ['IncomingRecords', lag, lag],
      ['IncomingRecords', lag, lag],
    ]);
  });

  it('counts as asked for only when the call worked', async () => {
    const world = await managedWorld({ sources: [kinesis] });
    world.metrics.fail((query) => query.metricName === 'CPUUtilization', 'throttled');

    await world.tick(steady);

    expect(world.commits[0]?.loop.polledAtSeconds).toEqual({
      arrivalsPerSecond: noon,
      lagSeconds: noon,
      meanLagSeconds: noon,
      memoryPercent: noon,
    });
    expect((await world.store.samples(service, 0))[0]?.unread).toContainEqual({
      field: 'cpuPercent',
      cause: 'throttled',
    });
  });

  it('is the backlog of a queue at each tick', async () => {
    const world = await managedWorld({ sources: [sqs], policy: { evaluationSeconds: 10 } });
    world.queues.set('https://sqs.local/1/orders', { visible: 7, inFlight: 2, delayed: 90 });

    await world.tick(steady, noon);
    world.clock.advance(10);
    await world.tick(steady, noon + 10);

    const samples = await world.store.samples(service, 0);
    expect(samples.map((it) => it.series.backlogRecords)).toEqual([
      [{ atSeconds: noon, value: 9 }],
      [{ atSeconds: noon + 10, value: 9 }],
    ]);
  });

  it('is kept even when the write of the state is lost to another', async () => {
    const world = await managedWorld();
    const loses = coreThat(() => {
      void world.store.commitState({ service, version: 1, outbox: [], loop: loopOf() });
      return hold();
    });

    await world.tick(loses);

    expect(await world.store.samples(service, 0)).toHaveLength(1);
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
