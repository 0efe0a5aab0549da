import { describe, expect, it } from 'vitest';
import type { ServiceDescription, Services, TaggedServices, UpdateOutcome } from '../../lib/control/ports.ts';
import type { ServiceObservation } from '../../lib/core/sample.ts';
import { observation } from './fixtures.ts';

/** An ECS to test against: the ports, and the hands that the world has on it. */
export type ServicesWorld = {
  readonly services: Services & TaggedServices;
  put(
    service: string,
    state: {
      readonly observation: ServiceObservation;
      readonly scheduling?: 'REPLICA' | 'DAEMON';
      readonly tags?: Readonly<Record<string, string>>;
    },
  ): void;
  remove(service: string, cause: Extract<ServiceDescription, { kind: 'gone' }>['cause']): void;
  /** The next UpdateService ends like this; `applied`: the count changes all the same. */
  failNextUpdate(
    outcome: Exclude<UpdateOutcome, { kind: 'accepted' }>,
    options?: { readonly applied: boolean },
  ): void;
};

export function servicesContract(name: string, create: () => ServicesWorld) {
  describe(`Services: ${name}`, () => {
    it('describes a service', async () => {
      const { services, put } = create();
      const deploying = { ...observation, runningTasks: 3, pendingTasks: 2, deploying: true };
      put('main/orders', { observation: deploying, tags: { 'weir:managed': 'auto' } });

      expect(await services.describe('main/orders')).toEqual({
        kind: 'described',
        observation: deploying,
        scheduling: 'REPLICA',
        tags: {},
      });
    });

    it('gives the tags only when they are asked for', async () => {
      const { services, put } = create();
      const tags = { 'weir:managed': 'auto', team: 'orders' };
      put('main/orders', { observation, tags });

      const [without, withTags] = await Promise.all([
        services.describe('main/orders'),
        services.describe('main/orders', { tags: true }),
      ]);

      expect(without).toMatchObject({ tags: {} });
      expect(withTags).toMatchObject({ tags });
    });

    it('says why a service cannot be described', async () => {
      const { services, put, remove } = create();
      for (const service of ['main/orders', 'main/old', 'former/orders']) put(service, { observation });
      remove('main/old', 'service-inactive');
      remove('former/orders', 'cluster-missing');

      const described = await Promise.all(
        ['main/orders', 'main/old', 'main/never', 'former/orders'].map((service) =>
          services.describe(service),
        ),
      );

      expect(described).toMatchObject([
        { kind: 'described' },
        { kind: 'gone', cause: 'service-inactive' },
        { kind: 'gone', cause: 'service-missing' },
        { kind: 'gone', cause: 'cluster-missing' },
      ]);
    });

    it('describes many at once, each as it is', async () => {
      const { services, put } = create();
      const ids = Array.from(
        { length: 25 },
        (_, index) => `${index % 2 ? 'main' : 'other'}/service-${index}`,
      );
      for (const [index, id] of ids.entries())
        put(id, { observation: { ...observation, desiredTasks: index } });

      const described = await Promise.all([...ids, ids[3]!].map((id) => services.describe(id)));

      const counts = described.map((it) => it.kind === 'described' && it.observation.desiredTasks);
      expect(counts).toEqual([...ids.keys(), 3]);
    });

    it('changes the desired count, and nothing else at once', async () => {
      const { services, put } = create();
      put('main/orders', { observation });

      const outcome = await services.updateDesiredTasks('main/orders', 9, 5);

      expect(outcome).toEqual({ kind: 'accepted' });
      expect(await services.describe('main/orders')).toMatchObject({
        observation: { ...observation, desiredTasks: 9 },
      });
    });

    it('is refused for a DAEMON service', async () => {
      const { services, put } = create();
      put('main/agent', { observation, scheduling: 'DAEMON' });

      const outcome = await services.updateDesiredTasks('main/agent', 9, 5);

      expect(outcome).toMatchObject({ kind: 'refused', cause: 'rejected' });
      expect(await services.describe('main/agent')).toMatchObject({ scheduling: 'DAEMON', observation });
    });

    it('is refused where the service is gone', async () => {
      const { services, put, remove } = create();
      put('main/old', { observation });
      put('former/orders', { observation });
      remove('main/old', 'service-inactive');
      remove('former/orders', 'cluster-missing');

      for (const service of ['main/never', 'main/old', 'former/orders']) {
        expect(await services.updateDesiredTasks(service, 9, 5)).toMatchObject({
          kind: 'refused',
          cause: 'service-gone',
        });
      }
    });

    it('leaves the count alone when it is throttled', async () => {
      const { services, put, failNextUpdate } = create();
      put('main/orders', { observation });
      failNextUpdate({ kind: 'refused', cause: 'throttled', message: 'Rate exceeded' });

      expect(await services.updateDesiredTasks('main/orders', 9, 5)).toMatchObject({ cause: 'throttled' });
      expect(await services.describe('main/orders')).toMatchObject({ observation });
      expect(await services.updateDesiredTasks('main/orders', 9, 5)).toEqual({ kind: 'accepted' });
    });

    it.each([true, false])('does not claim to know what a lost answer was (applied: %s)', async (applied) => {
      const { services, put, failNextUpdate } = create();
      put('main/orders', { observation });
      failNextUpdate({ kind: 'unknown', message: 'socket hang up' }, { applied });

      expect(await services.updateDesiredTasks('main/orders', 9, 5)).toMatchObject({ kind: 'unknown' });
      const desiredTasks = applied ? 9 : observation.desiredTasks;
      expect(await services.describe('main/orders')).toMatchObject({ observation: { desiredTasks } });
    });

    it('lists the services that carry the management tag, whatever its value', async () => {
      const { services, put, remove } = create();
      put('main/orders', { observation, tags: { 'weir:managed': 'auto' } });
      put('main/off', { observation, tags: { 'weir:managed': 'off' } });
      put('main/others', { observation, tags: { team: 'payments' } });
      put('main/old', { observation, tags: { 'weir:managed': 'auto' } });
      remove('main/old', 'service-missing');

      expect([...(await services.list())].sort()).toEqual(['main/off', 'main/orders']);
    });
  });
}
