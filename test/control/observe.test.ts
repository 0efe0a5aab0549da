import { beforeEach, describe, expect, it } from 'vitest';
import { observe } from '../../lib/control/observe.ts';
import type { Store } from '../../lib/control/ports.ts';
import { actionEvent, startedEvent, stoppedEvent } from '../support/ecs-events.ts';
import { managedWorld, noon, registrationOf, service, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await managedWorld();
});

const task = (id: string, more: object = {}) => ({
  id,
  createdAt: noon - 100,
  startedAt: noon - 60,
  ...more,
});
const tell = (...events: object[]) => tellTo(world.store, ...events);
const tellTo = (store: Pick<Store, 'load' | 'observed' | 'commitObserved'>, ...events: object[]) =>
  observe(
    events.map((it) => JSON.stringify(it)),
    { ...world.ports, store },
  );
const stored = async (of = service) => world.store.observed(of);

describe('events of a service that Weir manages', () => {
  it('are kept by one write, for all that come together', async () => {
    const failed = stoppedEvent(task('aaaaaaaa'), noon - 30);
    expect(await tell(startedEvent(task('aaaaaaaa')), startedEvent(task('bbbbbbbb')), failed)).toEqual([
      'noticed',
      'noticed',
      'noticed',
    ]);
    const kept = await stored();
    expect(kept).toMatchObject({ version: 1, atSeconds: noon });
    expect(kept?.observed.starts.map((it) => it.task)).toEqual(['aaaaaaaa', 'bbbbbbbb']);
    expect(kept?.observed.failures.map((it) => it.task)).toEqual(['aaaaaaaa']);
  });

  it('that come again are known, and nothing is written', async () => {
    await tell(startedEvent(task('aaaaaaaa')));
    expect(await tell(startedEvent(task('aaaaaaaa')))).toEqual(['known']);
    expect((await stored())?.version).toBe(1);
  });

  it('leave the registration and the state alone, and tell no event', async () => {
    await tell(actionEvent('SERVICE_STEADY_STATE', noon));
    expect(world.commits).toEqual([]);
    expect((await world.store.load(service)).registration?.version).toBe(1);
  });

  it('of several runs at once are all kept', async () => {
    const runs = Array.from({ length: 4 }, (_, index) => tell(startedEvent(task(`${index}0000000`))));
    expect((await Promise.all(runs)).flat()).toEqual(Array(4).fill('noticed'));
    expect((await stored())?.observed.starts).toHaveLength(4);
  });
});

describe('other events', () => {
  it('of a service that Weir does not manage are left, and nothing is written', async () => {
    const foreign = startedEvent(task('aaaaaaaa', { service: 'payments' }));
    expect(await tell(foreign)).toEqual(['unmanaged']);
    expect(await stored('main/payments')).toBeUndefined();
  });

  it('of one that was rejected or retired, too', async () => {
    await world.store.commitRegistration({ service, version: 2, outbox: [], status: 'retired' });
    expect(await tell(startedEvent(task('aaaaaaaa')))).toEqual(['unmanaged']);
  });

  it('that cannot be read are told and dropped, and hold up nothing', async () => {
    const answers = await observe(
      [
        'Hello!',
        JSON.stringify(actionEvent('TASKS_STOPPED', noon)),
        JSON.stringify(startedEvent(task('aaaaaaaa'))),
      ],
      world.ports,
    );
    expect(answers).toEqual(['unreadable', 'other', 'noticed']);
    expect(world.telemetry.counts.dropped).toBe(1);
  });
});

describe('a table that fails', () => {
  it('fails the events of the service that it fails for, and no others', async () => {
    await world.register(registrationOf({ service: 'main/payments' }));
    const store = {
      ...world.store,
      load: async (of: string) => {
        if (of === service) throw new Error('The table is gone.');
        return world.store.load(of);
      },
    };
    const [orders, payments] = await tellTo(
      store,
      startedEvent(task('aaaaaaaa')),
      startedEvent(task('bbbbbbbb', { service: 'payments' })),
    );
    expect(orders).toEqual({ failed: new Error('The table is gone.') });
    expect(payments).toBe('noticed');
  });

  it('in which somebody else is always first is left to the next delivery', async () => {
    const store = { ...world.store, commitObserved: async () => 'conflict' as const };
    const [answer] = await tellTo(store, startedEvent(task('aaaaaaaa')));
    expect(answer).toEqual({
      failed: expect.objectContaining({ message: expect.stringContaining('5 times') }),
    });
  });
});
