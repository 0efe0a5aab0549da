import { beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryScalableTargets } from '../../lib/adapters/memory/scalable-targets.ts';
import { createMemoryServices } from '../../lib/adapters/memory/services.ts';
import { createMemorySources } from '../../lib/adapters/memory/sources.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { parseFleet } from '../../lib/config/fleet.ts';
import { policySchema } from '../../lib/config/policy.ts';
import { eventSchemas } from '../../lib/contract/events.ts';
import { type DiscoverPorts, discover } from '../../lib/control/discover.ts';
import type { StoredRegistration } from '../../lib/control/ports.ts';
import { noon, observation } from './world.ts';

const stream = { kind: 'kinesis', stream: 'orders' } as const;

function createFleetWorld() {
  const clock = createManualClock(noon);
  const store = createMemoryStore();
  const services = createMemoryServices();
  const sources = createMemorySources();
  const targets = createMemoryScalableTargets();
  const telemetry = createMemoryTelemetry();
  const fleet = parseFleet({ policies: { patient: { lagObjectiveSeconds: 600 } } });
  const commits: StoredRegistration[] = [];
  store.onCommit((...commit) => {
    if (commit[0] === 'registration') commits.push(commit[1]);
  });
  sources.put(stream, { partitions: 8 });
  const tagged = services;
  const ports: DiscoverPorts = { clock, store, services, tagged, sources, targets, fleet, telemetry };
  const tag = (service: string, tags: Record<string, string>) => services.put(service, { observation, tags });
  return {
    ports,
    clock,
    store,
    services,
    sources,
    targets,
    telemetry,
    commits,
    tag,
    told: () => commits.flatMap((it) => it.outbox),
  };
}

let world: ReturnType<typeof createFleetWorld>;
beforeEach(() => {
  world = createFleetWorld();
});

const orders = { 'weir:managed': 'auto', 'weir:source': 'kinesis/orders', 'weir:max': '40' };

describe('discover looks for another hand on the count', () => {
  const conflict = (mode: string) => ({
    status: 'managed',
    registration: { mode: 'recommend', conflict: { mode, active: ['scale-out'] } },
  });
  const stored = async () => (await world.store.load('main/orders')).registration;

  it.each(['auto', 'approve'])('and only advises where there is one: tagged %s', async (mode) => {
    world.targets.set('main/orders', ['scale-out']);
    world.tag('main/orders', { ...orders, 'weir:managed': mode });
    await discover(world.ports);
    expect(await stored()).toMatchObject(conflict(mode));
    expect(world.told()).toMatchObject([
      { detailType: 'Service Registered', detail: { id: 'main/orders#reg1', mode: 'recommend' } },
      { detailType: 'Ownership Conflict', detail: { id: 'main/orders#reg1.1', mode, active: ['scale-out'] } },
    ]);
  });

  it('but not where it only advises anyway', async () => {
    world.targets.activities = () => Promise.reject(new Error('nobody should ask'));
    world.tag('main/orders', { ...orders, 'weir:managed': 'recommend' });
    expect(await discover(world.ports)).toMatchObject([{ outcome: 'registered' }]);
  });

  it('and goes by what it knew when it cannot ask; of a service that it does not know it knows nothing', async () => {
    world.targets.set('main/orders', ['scale-out']);
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.targets.activities = () => Promise.reject(new Error('Rate exceeded'));
    world.tag('main/orders', { ...orders, 'weir:max': '30' });
    world.tag('main/payments', orders);
    expect(await discover(world.ports)).toMatchObject([
      { service: 'main/orders', outcome: 'registered' },
      { service: 'main/payments', outcome: 'failed' },
    ]);
    expect(await stored()).toMatchObject(conflict('auto'));
    expect(world.told().map((it) => it.detailType)).toEqual([
      'Service Registered',
      'Ownership Conflict',
      'Service Registered',
    ]);
  });
});

describe('discover registers', () => {
  it('a tagged service with its policy resolved and its source looked up', async () => {
    world.tag('main/orders', orders);

    const discovered = await discover(world.ports);

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'registered' }]);
    const { registration } = await world.store.load('main/orders');
    const policy = policySchema.parse({ maxTasks: 40 });
    expect(registration).toEqual({
      service: 'main/orders',
      version: 1,
      status: 'managed',
      registration: { service: 'main/orders', mode: 'auto', policy, sources: [{ ...stream, partitions: 8 }] },
      outbox: [
        {
          detailType: 'Service Registered',
          detail: {
            version: 1,
            id: 'main/orders#reg1',
            service: 'main/orders',
            at: '2026-11-27T12:00:00.000Z',
            mode: 'auto',
            sources: ['kinesis/orders'],
            partitions: 8,
            policy,
          },
        },
      ],
    });
  });

  it('a topic with the partitions that its owner gives', async () => {
    world.tag('main/orders', {
      ...orders,
      'weir:source': 'msk/main/orders/orders-app',
      'weir:partitions': '12',
    });

    await discover(world.ports);

    const topic = { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders-app', partitions: 12 };
    const { registration } = await world.store.load('main/orders');
    expect(registration).toMatchObject({ status: 'managed', registration: { sources: [topic] } });
    const sources = ['msk/main/orders/orders-app'];
    expect(world.told()).toMatchObject([{ detail: { sources, partitions: 12 } }]);
  });

  it('several streams by their names, with the partitions of them all', async () => {
    world.sources.put({ kind: 'kinesis', stream: 'refunds' }, { partitions: 4 });
    world.tag('main/orders', { ...orders, 'weir:source': 'kinesis/orders kinesis/refunds agent' });

    await discover(world.ports);

    const { registration } = await world.store.load('main/orders');
    expect(registration).toMatchObject({
      registration: {
        sources: [
          { stream: 'orders', name: 'kinesis/orders', partitions: 8 },
          { stream: 'refunds', name: 'kinesis/refunds', partitions: 4 },
          { kind: 'agent' },
        ],
      },
    });
    expect(world.told()).toMatchObject([{ detail: { partitions: 12 } }]);
  });

  it('nothing twice: what has not changed is not written and not told', async () => {
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.clock.advance(600);

    const discovered = await discover(world.ports);

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'unchanged' }]);
    expect(world.commits).toHaveLength(1);
  });

  it.each([
    ['another limit', { ...orders, 'weir:max': '30' }],
    ['another mode', { ...orders, 'weir:managed': 'recommend' }],
    ['a named policy', { ...orders, 'weir:policy': 'patient' }],
    ['no source any more', { 'weir:managed': 'auto', 'weir:max': '40' }],
  ])('anew what has changed: %s', async (_, tags) => {
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.tag('main/orders', tags);

    const discovered = await discover(world.ports);

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'registered' }]);
    expect(world.told().map((it) => it.detail.id)).toEqual(['main/orders#reg1', 'main/orders#reg2']);
  });

  it('anew a stream that was resharded', async () => {
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.sources.put(stream, { partitions: 16 });

    await discover(world.ports);

    expect(world.told().at(-1)?.detail).toMatchObject({ partitions: 16 });
  });

  it('only the services that it is told to look at', async () => {
    world.tag('main/orders', orders);
    world.tag('main/payments', orders);

    const discovered = await discover(world.ports, ['main/payments', 'main/unknown', 'main/payments']);

    expect(discovered).toEqual([
      { service: 'main/payments', outcome: 'registered' },
      { service: 'main/unknown', outcome: 'unmanaged' },
    ]);
    expect((await world.store.load('main/orders')).registration).toBeUndefined();
  });

  it('a whole fleet, each service on its own', async () => {
    for (let index = 0; index < 35; index++) world.tag(`main/s${index}`, { 'weir:managed': 'auto' });

    const discovered = await discover(world.ports);

    expect(discovered).toHaveLength(35);
    expect(discovered.every((it) => it.outcome === 'registered')).toBe(true);
    expect(await world.store.registrations()).toHaveLength(35);
  });
});

describe('discover rejects', () => {
  it.each([
    ['a limit that is no number', { ...orders, 'weir:min': 'abc' }, 'weir:min', 'abc'],
    ['a negative limit', { ...orders, 'weir:min': '-1' }, 'weir:min', '-1'],
    ['a limit beyond bounds', { ...orders, 'weir:max': '1000000000' }, 'weir:max', '1000000000'],
    ['a limit in an exponent', { ...orders, 'weir:max': '1e9' }, 'weir:max', '1e9'],
    ['a source without a name', { ...orders, 'weir:source': 'kinesis/' }, 'weir:source', 'kinesis/'],
    ['an unknown policy', { ...orders, 'weir:policy': 'bold' }, 'weir:policy', 'bold'],
    [
      'a stream that is not there',
      { ...orders, 'weir:source': 'kinesis/other' },
      'weir:source',
      'kinesis/other',
    ],
  ])('%s, and says which tag, what it was and what would be right', async (_, tags, subject, received) => {
    world.tag('main/orders', tags);
    world.tag('main/payments', { 'weir:managed': 'auto' });

    const discovered = await discover(world.ports);

    expect(discovered).toEqual([
      { service: 'main/orders', outcome: 'rejected' },
      { service: 'main/payments', outcome: 'registered' },
    ]);
    const [event] = world.told().filter((it) => it.detailType === 'Service Rejected');
    expect(event?.detail).toMatchObject({ id: 'main/orders#reg1', problems: [{ subject, received }] });
    expect(() => eventSchemas['Service Rejected'].parse(event?.detail)).not.toThrow();
  });

  it('a DAEMON service', async () => {
    world.services.put('main/agent', { observation, tags: orders, scheduling: 'DAEMON' });

    await discover(world.ports);

    expect(world.told()).toMatchObject([
      {
        detailType: 'Service Rejected',
        detail: { problems: [{ subject: 'scheduling strategy', received: 'DAEMON' }] },
      },
    ]);
  });

  it('a DAEMON service with wrong tags, with every problem', async () => {
    world.services.put('main/agent', {
      observation,
      tags: { ...orders, 'weir:min': 'x' },
      scheduling: 'DAEMON',
    });

    await discover(world.ports);

    expect(world.told()[0]?.detail).toMatchObject({
      problems: [{ subject: 'scheduling strategy' }, { subject: 'weir:min' }],
    });
  });

  it('once, and again when the problems differ', async () => {
    world.tag('main/orders', { ...orders, 'weir:min': 'abc' });
    await discover(world.ports);
    const again = await discover(world.ports);
    world.tag('main/orders', { ...orders, 'weir:min': 'abd' });
    const differently = await discover(world.ports);
    world.tag('main/orders', orders);
    const mended = await discover(world.ports);

    expect([again, differently, mended].map((it) => it[0]?.outcome)).toEqual([
      'unchanged',
      'rejected',
      'registered',
    ]);
    expect(world.told().map((it) => it.detailType)).toEqual([
      'Service Rejected',
      'Service Rejected',
      'Service Registered',
    ]);
  });
});

describe('discover retires', () => {
  it.each([
    ['the tag was removed', { 'weir:max': '40' }, 'tag-removed'],
    ['it was switched off', { 'weir:managed': 'off' }, 'switched-off'],
  ])('a service when %s', async (_, tags, reason) => {
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.tag('main/orders', tags);

    const retired = await discover(world.ports);
    const after = await discover(world.ports);

    expect(retired).toEqual([{ service: 'main/orders', outcome: 'retired' }]);
    expect(after.every((it) => it.outcome === 'unmanaged')).toBe(true);
    expect(world.told().at(-1)).toMatchObject({
      detailType: 'Service Retired',
      detail: { id: 'main/orders#reg2', reason },
    });
  });

  it.each(['service-missing', 'service-inactive', 'cluster-missing'] as const)(
    'a service that is gone: %s',
    async (cause) => {
      world.tag('main/orders', orders);
      await discover(world.ports);
      world.services.remove('main/orders', cause);

      await discover(world.ports);

      expect(world.told().at(-1)?.detail).toMatchObject({ reason: 'service-deleted' });
    },
  );

  it('no service only because the tag list does not show it', async () => {
    world.tag('main/orders', orders);
    await discover(world.ports);

    const discovered = await discover({ ...world.ports, tagged: { list: async () => [] } });

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'unchanged' }]);
  });

  it('and registers again when the tag comes back', async () => {
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.tag('main/orders', {});
    await discover(world.ports);
    world.tag('main/orders', orders);

    await discover(world.ports);

    expect(world.commits.map((it) => [it.version, it.status])).toEqual([
      [1, 'managed'],
      [2, 'retired'],
      [3, 'managed'],
    ]);
  });
});

describe('discover, when something breaks', () => {
  const throttled = {
    resolve: async () => {
      throw new Error('LimitExceededException');
    },
  };

  it('leaves that service as it was, says so, and goes on with the others', async () => {
    for (const name of ['main/a', 'main/broken', 'main/c']) world.tag(name, { 'weir:managed': 'auto' });
    const describeService = world.services.describe;
    const services: DiscoverPorts['services'] = {
      ...world.services,
      describe: async (service, options) => {
        if (service === 'main/broken') throw new Error('AccessDenied');
        return describeService(service, options);
      },
    };

    const discovered = await discover({ ...world.ports, services });

    expect(discovered.map((it) => it.outcome)).toEqual(['registered', 'failed', 'registered']);
    expect(world.telemetry.lines).toContainEqual(
      expect.objectContaining({ level: 'error', details: { service: 'main/broken' } }),
    );
    expect(world.telemetry.counts.failures).toBe(1);
  });

  it('keeps what it knew of a source that it cannot look up, and takes the new limit all the same', async () => {
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.tag('main/orders', { ...orders, 'weir:max': '30' });

    const discovered = await discover({ ...world.ports, sources: throttled });

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'registered' }]);
    expect(world.commits.at(-1)).toMatchObject({
      registration: { policy: { maxTasks: 30 }, sources: [{ ...stream, partitions: 8 }] },
    });
  });

  it('changes nothing when only the lookup broke', async () => {
    world.tag('main/orders', orders);
    await discover(world.ports);

    const discovered = await discover({ ...world.ports, sources: throttled });

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'unchanged' }]);
  });

  it('keeps the earlier registration whole when a source is new and cannot be looked up', async () => {
    world.tag('main/orders', orders);
    await discover(world.ports);
    world.tag('main/orders', { ...orders, 'weir:source': 'kinesis/other' });

    const discovered = await discover({ ...world.ports, sources: throttled });

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'failed' }]);
    expect(world.commits).toHaveLength(1);
  });

  it('looks afresh when another run wrote meanwhile, and tells nothing twice', async () => {
    world.tag('main/orders', orders);
    const resolve = world.sources.resolve;
    let other: Promise<unknown> | undefined;
    const meanwhile: DiscoverPorts['sources'] = {
      resolve: async (source) => {
        other ??= discover(world.ports);
        await other;
        return resolve(source);
      },
    };

    const discovered = await discover({ ...world.ports, sources: meanwhile });

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'unchanged' }]);
    expect(world.told()).toHaveLength(1);
  });

  it('fails the service, and no other, when others write each time', async () => {
    world.tag('main/orders', orders);
    const store = { ...world.store, commitRegistration: async () => 'conflict' as const };

    const discovered = await discover({ ...world.ports, store });

    expect(discovered).toEqual([{ service: 'main/orders', outcome: 'failed' }]);
  });

  it('fails as a whole when the tags cannot be listed', async () => {
    const tagged = {
      list: async () => {
        throw new Error('tagging is away');
      },
    };

    await expect(discover({ ...world.ports, tagged })).rejects.toThrow('tagging is away');
  });
});
