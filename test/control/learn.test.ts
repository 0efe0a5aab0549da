import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryMetrics } from '../../lib/adapters/memory/metrics.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { policySchema } from '../../lib/config/policy.ts';
import { completeSources, type RegisteredSource } from '../../lib/config/registration.ts';
import { historyDays, learn, runSeconds } from '../../lib/control/learn.ts';
import type { MetricQuery } from '../../lib/control/ports.ts';
import { kinesis, msk, noon, registrationOf, sqs } from './world.ts';

const day = 86_400;
const period = 300;

/** Four times the load in four hours of each day. */
const rate = (atSeconds: number) =>
  [8, 12, 16, 20].includes(Math.floor((atSeconds % day) / 3600)) ? 400 : 100;

function createWorld() {
  const clock = createManualClock(noon);
  const memory = createMemoryMetrics(clock);
  const queries: MetricQuery[] = [];
  const metrics = {
    read: async (query: MetricQuery) => {
      queries.push(query);
      return memory.read(query);
    },
  };
  const store = createMemoryStore();
  const ports = { clock, store, metrics, telemetry: createMemoryTelemetry() };

  const register = (service: string, sources: readonly RegisteredSource[]) =>
    store.commitRegistration({
      service,
      version: 1,
      outbox: [],
      status: 'managed',
      registration: registrationOf({
        service,
        sources,
        policy: { startupSeconds: 90, evaluationSeconds: 30 },
      }),
    });

  const publish = (source: RegisteredSource, days: number) => {
    const names =
      source.kind === 'kinesis'
        ? [
            {
              namespace: 'AWS/Kinesis',
              metricName: 'IncomingRecords',
              dimensions: { StreamName: source.stream },
            },
          ]
        : source.kind === 'sqs'
          ? [
              {
                namespace: 'AWS/SQS',
                metricName: 'NumberOfMessagesSent',
                dimensions: { QueueName: source.queue },
              },
            ]
          : ['1', '2'].map((broker) => ({
              namespace: 'AWS/Kafka',
              metricName: 'MessagesInPerSec',
              dimensions: { 'Cluster Name': 'main', 'Broker ID': broker, Topic: 'orders' },
            }));
    for (let end = noon - days * day; end <= noon; end += period) {
      const perSecond = rate(end - period / 2);
      const values = { Sum: perSecond * period, Average: perSecond / names.length };
      for (const name of names) {
        memory.publish(name, { endSeconds: end, periodSeconds: period, values, visibleAtSeconds: end });
      }
    }
  };
  return { clock, memory, queries, store, ports, register, publish };
}

describe('learn', () => {
  it.each([kinesis, sqs, msk])('finds the season of a service on $kind, and keeps it', async (source) => {
    const { ports, store, register, publish } = createWorld();
    await register('main/orders', [source]);
    publish(source, 14);

    expect(await learn(ports)).toEqual([{ service: 'main/orders', outcome: 'season' }]);

    const model = await store.model('main/orders');
    expect(model).toMatchObject({ format: 1, learnedAtSeconds: noon });
    // Start-up, cadence and the minute that CloudWatch is behind.
    expect(model?.season).toMatchObject({ cycle: 'day', horizonSeconds: 90 + 30 + 60 });
    expect(model?.season?.coverage).toBeGreaterThanOrEqual(0.85);
    expect(model?.season?.ratios[8 * 4 + 2]).toBeCloseTo(400 / 150, 2);
  });

  it('finds the season of what a service reads in all, and none while one of them cannot be read', async () => {
    const { ports, store, register, publish, memory } = createWorld();
    await register('main/orders', completeSources([kinesis, sqs], policySchema.parse({})));
    publish(kinesis, 14);
    publish(sqs, 14);

    memory.fail((query) => query.namespace === 'AWS/SQS', 'throttled');
    expect(await learn(ports)).toEqual([{ service: 'main/orders', outcome: 'unread' }]);
    memory.fail(undefined);
    expect(await learn(ports)).toEqual([{ service: 'main/orders', outcome: 'season' }]);
    const model = await store.model('main/orders');
    expect(model?.season?.ratios[8 * 4 + 2]).toBeCloseTo(400 / 150, 2);
  });

  it('asks once, for four weeks from the hour on', async () => {
    const { ports, register, queries } = createWorld();
    await register('main/orders', [kinesis]);

    await learn(ports);

    expect(queries).toEqual([
      {
        namespace: 'AWS/Kinesis',
        metricName: 'IncomingRecords',
        dimensions: { StreamName: 'orders' },
        statistic: 'Sum',
        periodSeconds: period,
        sinceSeconds: noon - historyDays * day,
      },
    ]);
  });

  it('keeps that there is no season, too, and how steeply the load has risen', async () => {
    const { ports, store, register, publish } = createWorld();
    await register('main/orders', [kinesis]);
    publish(kinesis, 3);

    expect(await learn(ports)).toEqual([{ service: 'main/orders', outcome: 'no-season' }]);
    const model = await store.model('main/orders');
    expect(model).toEqual({ format: 1, learnedAtSeconds: noon, worstRisesPerSecond: expect.any(Array) });
    expect(Math.max(...model!.worstRisesPerSecond!)).toBeGreaterThan(0);
  });

  it('leaves out what has no history: services without a stream, with agents alone, rejected ones', async () => {
    const { ports, store, register } = createWorld();
    await register('main/web', []);
    await register('main/agents', [{ kind: 'agent' }]);
    await store.commitRegistration({
      service: 'main/bad',
      version: 1,
      outbox: [],
      status: 'rejected',
      problems: [],
    });

    expect(await learn(ports)).toEqual([]);
  });

  it('keeps a model where the history cannot be read, or not whole', async () => {
    const { ports, store, register, publish, memory } = createWorld();
    await register('main/orders', [kinesis]);
    publish(kinesis, 14);
    await learn(ports);
    const before = await store.model('main/orders');
    ports.clock.set(noon + 3600);

    memory.fail(() => true, 'throttled');
    expect(await learn(ports)).toEqual([{ service: 'main/orders', outcome: 'unread' }]);
    memory.fail(() => true, 'partial');
    expect(await learn(ports)).toEqual([{ service: 'main/orders', outcome: 'unread' }]);

    expect(await store.model('main/orders')).toEqual(before);
  });

  it('begins with those whose model is oldest, those without one first, and none that was just learned', async () => {
    const { ports, store, register } = createWorld();
    const ages = { 'main/a': 3600, 'main/b': 7200, 'main/c': 1799 };
    for (const service of [...Object.keys(ages), 'main/d']) await register(service, [kinesis]);
    for (const [service, age] of Object.entries(ages)) {
      await store.putModel(service, { format: 1, learnedAtSeconds: noon - age });
    }

    const learned = await learn(ports);

    expect(learned.map((it) => it.service)).toEqual(['main/d', 'main/b', 'main/a']);
  });

  it('ends before the function is stopped, and goes on with the rest in its next run', async () => {
    const { ports, clock, register } = createWorld();
    const services = Array.from({ length: 25 }, (_, index) => `main/${String(index).padStart(2, '0')}`);
    for (const service of services) await register(service, [kinesis]);
    const slow = {
      ...ports,
      metrics: {
        read: async (query: MetricQuery) => {
          clock.set(clock.nowSeconds() + runSeconds / 15);
          return ports.metrics.read(query);
        },
      },
    };

    const first = await learn(slow);
    const second = await learn(slow);

    expect(first.map((it) => it.service)).toEqual(services.slice(0, 20));
    expect(second.map((it) => it.service)).toEqual(services.slice(20));
  });

  it('bears a service that fails, says so, and learns the others', async () => {
    const { ports, register } = createWorld();
    for (const service of ['main/a', 'main/b']) await register(service, [kinesis]);
    const store = {
      ...ports.store,
      putModel: async (service: string) => {
        if (service === 'main/a') throw new Error('The table is gone.');
      },
    };

    expect(await learn({ ...ports, store })).toEqual([
      { service: 'main/a', outcome: 'failed' },
      { service: 'main/b', outcome: 'no-season' },
    ]);
  });

  it('learns a service whose model cannot be read', async () => {
    const { ports, register } = createWorld();
    await register('main/orders', [kinesis]);
    const store = {
      ...ports.store,
      model: async () => {
        throw new Error('throttled');
      },
    };

    expect(await learn({ ...ports, store })).toEqual([{ service: 'main/orders', outcome: 'no-season' }]);
  });
});
