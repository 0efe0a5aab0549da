import { describe, expect, it } from 'vitest';
import type { Store, StoredControl, StoredRegistration } from '../../lib/control/ports.ts';
import { learned, managed, noon, observed, registration, retired, sample, state } from './fixtures.ts';

/** What every Store does. `create` gives an empty one; its clock is at noon. */
export function storeContract(name: string, create: () => Promise<Store>) {
  describe(`Store: ${name}`, () => {
    it('knows nothing of a service that it was never told of', async () => {
      const store = await create();

      expect(await store.load('main/orders')).toEqual({});
      expect(await store.samples('main/orders', 0)).toEqual([]);
      expect(await store.registrations()).toEqual([]);
      expect(await store.dispatchedUntil()).toBeUndefined();
    });

    it('gives back a state as it was committed, with what is optional and without', async () => {
      const store = await create();
      const whole = state('main/orders', 1, {
        leaseUntilSeconds: noon + 90.5,
        inFlight: { decisionId: 'main/orders#7', from: 4, to: 9, atSeconds: noon },
        outbox: [retired('main/orders')],
      });
      const bare = state('main/orders', 2);

      await store.commitState(whole);
      const first = await store.load('main/orders');
      await store.commitState(bare);
      const second = await store.load('main/orders');

      expect(first).toEqual({ state: whole });
      expect(second).toEqual({ state: bare });
    });

    it('gives back notes of what waits, from a moment on', async () => {
      const store = await create();
      const notes = [10, 70.5, 130].map((seconds) => ({
        message: `${noon} main/orders-${seconds}`,
        atSeconds: noon + seconds,
        waiting: [0, 3, 0, 12],
      }));
      for (const it of notes) await store.putWaiting(it);

      expect(await store.waiting(noon + 70)).toEqual(notes.slice(1));
      expect(await store.waiting(noon + 131)).toEqual([]);
    });

    it('commits a state only on the version before it', async () => {
      const store = await create();

      expect(await store.commitState(state('main/orders', 2))).toBe('conflict');
      expect(await store.commitState(state('main/orders', 1))).toBe('committed');
      expect(await store.commitState(state('main/orders', 1))).toBe('conflict');
      expect(await store.commitState(state('main/orders', 3))).toBe('conflict');
      expect(await store.commitState(state('main/orders', 2))).toBe('committed');
      expect((await store.load('main/orders')).state?.version).toBe(2);
    });

    it('lets exactly one of ten concurrent writers commit, and keeps what that one wrote', async () => {
      const store = await create();
      await store.commitState(state('main/orders', 1));
      const writers = Array.from({ length: 10 }, (_, index) =>
        state('main/orders', 2, { leaseUntilSeconds: noon + index }),
      );

      const outcomes = await Promise.all(writers.map((writer) => store.commitState(writer)));

      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      const winner = writers[outcomes.indexOf('committed')];
      expect((await store.load('main/orders')).state).toEqual(winner);
    });

    it('versions registrations by themselves, apart from the state', async () => {
      const store = await create();
      await store.commitState(state('main/orders', 1));

      expect(await store.commitRegistration(managed('main/orders', 2))).toBe('conflict');
      expect(await store.commitRegistration(managed('main/orders', 1))).toBe('committed');
      expect(await store.commitRegistration(managed('main/orders', 1))).toBe('conflict');
      expect(await store.load('main/orders')).toEqual({
        registration: managed('main/orders', 1),
        state: state('main/orders', 1),
      });
    });

    it('keeps what was observed by versions of its own, apart from the rest', async () => {
      const store = await create();
      await store.commitState(state('main/orders', 1));
      await store.commitRegistration(managed('main/orders', 1));

      expect(await store.commitObserved(observed('main/orders', 2))).toBe('conflict');
      expect(await store.commitObserved(observed('main/orders', 1))).toBe('committed');
      expect(await store.commitObserved(observed('main/orders', 1))).toBe('conflict');
      expect(await store.observed('main/orders')).toEqual(observed('main/orders', 1));
      expect(await store.observed('main/payments')).toBeUndefined();
      expect(await store.load('main/orders')).toEqual({
        registration: managed('main/orders', 1),
        state: state('main/orders', 1),
      });
      const bare = { ...observed('main/orders', 2), observed: { starts: [], failures: [], newest: {} } };
      expect(await store.commitObserved(bare)).toBe('committed');
      expect(await store.observed('main/orders')).toEqual(bare);
      expect(await store.samples('main/orders', 0)).toEqual([]);
    });

    it('keeps what people have said by versions of its own', async () => {
      const store = await create();
      const said = (version: number): StoredControl => ({
        service: 'main/orders',
        version,
        control: {
          paused: { out: {}, in: { untilSeconds: noon + 60 } },
          override: { minTasks: 3, maxTasks: 9, untilSeconds: noon + 3600 },
          answers: [{ decisionId: 'main/orders#7', approved: true }],
        },
        outbox: [retired('main/orders')],
      });

      expect(await store.control('main/orders')).toBeUndefined();
      expect(await store.commitControl(said(2))).toBe('conflict');
      expect(await store.commitControl(said(1))).toBe('committed');
      expect(await store.commitControl(said(1))).toBe('conflict');
      expect(await store.control('main/orders')).toEqual(said(1));
      const bare = { ...said(2), control: { paused: {}, answers: [] }, outbox: [] };
      expect(await store.commitControl(bare)).toBe('committed');
      expect(await store.control('main/orders')).toEqual(bare);
    });

    it('lists managed and rejected services, and no retired one', async () => {
      const store = await create();
      const rejected: StoredRegistration = {
        service: 'main/payments',
        version: 1,
        outbox: [],
        status: 'rejected',
        problems: [{ subject: 'weir:min', received: 'abc', expected: 'a plain number' }],
      };
      const gone: StoredRegistration = { service: 'main/gone', version: 2, outbox: [], status: 'retired' };
      await store.commitRegistration(managed('main/orders', 1));
      await store.commitRegistration(rejected);
      await store.commitRegistration(managed('main/gone', 1));
      await store.commitRegistration(gone);

      const listed = await store.registrations();

      expect([...listed].sort((a, b) => a.service.localeCompare(b.service))).toEqual([
        managed('main/orders', 1),
        rejected,
      ]);
      expect((await store.load('main/gone')).registration).toEqual(gone);
    });

    it('lists a service again that came back', async () => {
      const store = await create();
      await store.commitRegistration({ service: 'main/orders', version: 1, outbox: [], status: 'retired' });
      expect(await store.registrations()).toEqual([]);

      await store.commitRegistration(managed('main/orders', 2));

      expect(await store.registrations()).toEqual([managed('main/orders', 2)]);
    });

    it('keeps a policy to the last digit', async () => {
      const store = await create();
      const precise = {
        ...registration('main/orders'),
        policy: { ...registration('main/orders').policy, scaleInStep: 0.123456789 },
      };

      await store.commitRegistration({
        service: 'main/orders',
        version: 1,
        outbox: [],
        status: 'managed',
        registration: precise,
      });

      const { registration: stored } = await store.load('main/orders');
      expect(stored?.status === 'managed' && stored.registration.policy.scaleInStep).toBe(0.123456789);
    });

    it('gives the samples of one service since a moment, that moment included, oldest first', async () => {
      const store = await create();
      for (const minutes of [3, 1, 2, 0]) await store.putSample('main/orders', sample(noon - 60 * minutes));
      await store.putSample('main/ordersarchive', sample(noon));

      const samples = await store.samples('main/orders', noon - 120);

      expect(samples).toEqual([sample(noon - 120), sample(noon - 60), sample(noon)]);
    });

    it('tells samples apart that are less than a second apart', async () => {
      const store = await create();
      const moments = [noon - 9.5, noon - 9.25, noon - 9];
      for (const moment of moments) await store.putSample('main/orders', sample(moment));

      const samples = await store.samples('main/orders', noon - 9.25);

      expect(samples.map((it) => it.atSeconds)).toEqual([noon - 9.25, noon - 9]);
    });

    it('replaces a sample that is written again', async () => {
      const store = await create();
      await store.putSample('main/orders', sample(noon, 100));
      await store.putSample('main/orders', sample(noon, 200));

      expect(await store.samples('main/orders', noon)).toEqual([sample(noon, 200)]);
    });

    it('loads many services at once, each with its own', async () => {
      const store = await create();
      const services = Array.from({ length: 120 }, (_, index) => `main/service-${index}`);
      await Promise.all(services.map((service) => store.commitState(state(service, 1))));
      await Promise.all(
        services.slice(0, 60).map((service) => store.commitRegistration(managed(service, 1))),
      );

      const loaded = await Promise.all(
        [...services, 'main/service-0', 'main/unknown'].map((it) => store.load(it)),
      );

      expect(loaded.slice(0, 120).map((it) => it.state?.service)).toEqual(services);
      expect(loaded.filter((it) => it.registration !== undefined)).toHaveLength(61);
      expect(loaded.at(-2)).toEqual(loaded[0]);
      expect(loaded.at(-1)).toEqual({});
    });

    it('gives back what was learned of a service, with a season and without', async () => {
      const store = await create();
      await store.putModel('main/orders', learned(noon - 3600));
      await store.putModel('main/payments', { format: 1, learnedAtSeconds: noon - 3600 });

      const models = ['main/orders', 'main/payments', 'main/orders', 'main/unknown'].map((it) =>
        store.model(it),
      );

      expect(await Promise.all(models)).toEqual([
        learned(noon - 3600),
        { format: 1, learnedAtSeconds: noon - 3600 },
        learned(noon - 3600),
        undefined,
      ]);
      expect(await store.load('main/orders')).toEqual({});
      expect(await store.samples('main/orders', 0)).toEqual([]);
    });

    it('keeps the model that was learned last, whichever is written last', async () => {
      const store = await create();
      await store.putModel('main/orders', learned(noon - 60));
      await store.putModel('main/orders', { format: 1, learnedAtSeconds: noon - 3600 });
      expect(await store.model('main/orders')).toEqual(learned(noon - 60));

      await store.putModel('main/orders', { format: 1, learnedAtSeconds: noon });
      expect(await store.model('main/orders')).toEqual({ format: 1, learnedAtSeconds: noon });
    });

    it('gives many models at once', async () => {
      const store = await create();
      const services = Array.from({ length: 130 }, (_, index) => `main/service-${index}`);
      await Promise.all(
        services.map((it, index) => store.putModel(it, { format: 1, learnedAtSeconds: noon - index })),
      );

      const models = await Promise.all(services.map((it) => store.model(it)));

      expect(models.map((it) => it?.learnedAtSeconds)).toEqual(services.map((_, index) => noon - index));
    });

    it("moves dispatch's cursor forward only", async () => {
      const store = await create();

      await store.setDispatchedUntil(noon);
      await store.setDispatchedUntil(noon - 60);
      expect(await store.dispatchedUntil()).toBe(noon);

      await Promise.all([60, 180, 120].map((seconds) => store.setDispatchedUntil(noon + seconds)));
      expect(await store.dispatchedUntil()).toBe(noon + 180);
    });
  });
}
