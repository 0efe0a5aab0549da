import { describe, expect, it } from 'vitest';
import { eventSchemas } from '../../lib/contract/events.ts';
import { callTimeoutSeconds, leaseSeconds, shareOf } from '../../lib/control/act.ts';
import { coreThat, hold, managedWorld, noon, scale, service } from './world.ts';

const outTo6 = coreThat(() => scale(4, 6));
const steady = coreThat(() => hold());

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

describe('shareOf', () => {
  it('is even over services, and another at each tick of one', () => {
    const shares = Array.from({ length: 1000 }, (_, index) =>
      shareOf({ service: `main/s${index}`, slotSeconds: noon }),
    );
    expect(shares.every((it) => it >= 0 && it < 1)).toBe(true);
    for (const tenth of [0.1, 0.5, 0.9]) {
      expect(shares.filter((it) => it < tenth).length / 1000).toBeCloseTo(tenth, 1);
    }
    const ticks = Array.from({ length: 100 }, (_, index) =>
      shareOf({ service, slotSeconds: noon + 60 * index }),
    );
    expect(new Set(ticks).size).toBe(100);
    expect(ticks.filter((it) => it < 0.5).length).toBeGreaterThan(30);
    expect(ticks.filter((it) => it >= 0.5).length).toBeGreaterThan(30);
  });
});
