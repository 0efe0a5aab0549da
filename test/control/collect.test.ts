import { describe, expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import { completeSources, type RegisteredSource } from '../../lib/config/registration.ts';
import { type Core, runOnce } from '../../lib/control/run-once.ts';
import { analyze } from '../../lib/core/analyze.ts';
import { decide } from '../../lib/core/decide.ts';
import { initialLoopState } from '../../lib/core/loop-state.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import { assembleWindow } from '../../lib/core/window.ts';
import {
  coreThat,
  hold,
  kinesis,
  managedWorld,
  noon,
  observation,
  publishMinute,
  service,
  sqs,
  type World,
} from './world.ts';

const steady = coreThat(() => hold());

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

  it('is of agents what they have said since, at a tick off the cadence too; CloudWatch waits for its slot', async () => {
    const world = await managedWorld({ sources: [kinesis, { kind: 'agent' }] });
    const dimensions = { ClusterName: 'main', ServiceName: 'orders' };
    for (let ago = 60; ago >= -60; ago -= 10) {
      const endSeconds = noon - ago;
      world.metrics.publish(
        { namespace: 'Weir/Agent', metricName: 'busyShare', dimensions },
        { endSeconds, periodSeconds: 10, values: { Average: 0.5 }, visibleAtSeconds: endSeconds + 1 },
      );
    }
    publishMinute(world, 'AWS/Kinesis', 'IncomingRecords', stream, noon, { Sum: 6000 });

    const kinds: string[] = [];
    for (const slotSeconds of [noon, noon + 25, noon + 25, noon + 60]) {
      world.clock.set(slotSeconds);
      kinds.push((await world.tick(steady, slotSeconds)).kind);
    }

    expect(kinds).toEqual(['held', 'held', 'duplicate', 'held']);
    const samples = await world.store.samples(service, 0);
    const ends = samples.map((it) => it.series.busyShare?.map((point) => point.atSeconds - noon));
    expect(ends).toEqual([
      [-60, -50, -40, -30, -20, -10],
      [0, 10, 20],
      [30, 40, 50],
    ]);
    expect(samples.map((it) => it.unread.some(({ field }) => field === 'lagSeconds'))).toEqual([
      true,
      false,
      true,
    ]);
    expect(Object.keys(world.commits.at(-1)?.loop.polledAtSeconds ?? {})).not.toContain('busyShare');
  });

  it('is kept even when the write of the state is lost to another', async () => {
    const world = await managedWorld();
    const loses = coreThat(() => {
      void world.store.commitState({ service, version: 1, outbox: [], loop: initialLoopState });
      return hold();
    });

    await world.tick(loses);

    expect(await world.store.samples(service, 0)).toHaveLength(1);
  });
});

describe('what was learned', () => {
  const model = { format: 1, learnedAtSeconds: noon - 3600 } as const;

  it.each([
    ['goes to the core with the registration', [kinesis], model],
    ['is not asked for of a service without a stream', [], undefined],
  ])('%s', async (_, sources, expected) => {
    const world = await managedWorld({ sources });
    await world.store.putModel(service, model);
    const contexts: ServiceContext[] = [];
    const looks: Core = {
      ...steady,
      decide: (analysis, loop, context) => {
        contexts.push(context);
        return steady.decide(analysis, loop, context);
      },
    };

    await runOnce({ service, slotSeconds: noon }, world.ports, looks);

    expect(contexts).toHaveLength(1);
    expect(contexts[0]?.model).toEqual(expected);
    expect(contexts[0]?.sources).toEqual(sources);
  });

  it('of starts by what ECS has told goes to the core, with the start-up time that it teaches', async () => {
    const world = await managedWorld();
    const starts = [90, 95, 100, 105, 110].map((startupSeconds, index) => ({
      task: `${index}`,
      revision: 'orders:12',
      atSeconds: noon - 600,
      startupSeconds,
    }));
    const observed = { starts, failures: [], newest: {} };
    await world.store.commitObserved({ service, version: 1, atSeconds: noon, observed });
    const contexts: ServiceContext[] = [];
    const looks: Core = {
      ...steady,
      decide: (analysis, loop, context) => {
        contexts.push(context);
        return steady.decide(analysis, loop, context);
      },
    };

    await runOnce({ service, slotSeconds: noon }, world.ports, looks);

    expect(contexts[0]?.observed).toEqual(observed);
    expect(contexts[0]?.policy.startupSeconds).toBe(105);
  });
});

describe('of several streams', () => {
  const low: RegisteredSource = { kind: 'sqs', queue: 'low', queueUrl: 'https://sqs.local/1/low' };
  const sources = completeSources([sqs, low], policySchema.parse({}));
  const sent = (world: World, queue: string, endSeconds: number, Sum: number) =>
    publishMinute(world, 'AWS/SQS', 'NumberOfMessagesSent', { QueueName: queue }, endSeconds, { Sum });

  async function twoQueues() {
    const world = await managedWorld({ sources });
    world.queues.set('https://sqs.local/1/orders', { visible: 3, inFlight: 1, delayed: 9 });
    world.queues.set('https://sqs.local/1/low', { visible: 20, inFlight: 0, delayed: 0 });
    return world;
  }

  it('each is read by itself and kept by its name, and the window has what they are together', async () => {
    const world = await twoQueues();
    sent(world, 'orders', noon - 60, 600);
    sent(world, 'low', noon - 60, 6000);
    const seen: unknown[] = [];

    await world.tick(
      coreThat(({ window: { series } }) => {
        seen.push(series.arrivalsPerSecond, series.backlogRecords?.at(-1)?.value);
        return hold();
      }),
    );

    expect(seen).toEqual([[{ atSeconds: noon - 60, value: 110 }], 24]);
    const [sample] = await world.store.samples(service, 0);
    expect(sample).toMatchObject({
      series: {},
      bySource: {
        'sqs/orders': { arrivalsPerSecond: [{ value: 10 }], backlogRecords: [{ value: 4 }] },
        'sqs/low': { arrivalsPerSecond: [{ value: 100 }], backlogRecords: [{ value: 20 }] },
      },
    });
    expect(sample?.unread).toContainEqual({ field: 'lagSeconds', source: 'sqs/low', cause: 'absent' });
  });

  it('a field of which one could not be read is due again, of both', async () => {
    const world = await twoQueues();
    world.metrics.fail((query) => query.dimensions['QueueName'] === 'low', 'throttled');

    await world.tick(steady);

    const polled = (await world.store.load(service)).state?.loop.polledAtSeconds;
    expect(Object.keys(polled ?? {}).sort()).toEqual(['backlogRecords', 'cpuPercent', 'memoryPercent']);
  });
});

describe('of a stream that others read, too', () => {
  const streamName = { StreamName: 'orders' };

  /** Ten minutes in which records arrive, and somebody reads them. */
  async function looksFor(source: RegisteredSource, own?: Parameters<typeof publishMinute>) {
    const world = await managedWorld({ sources: [source] });
    const verdicts: unknown[] = [];
    for (let minute = 0; minute <= 10; minute++) {
      const endSeconds = noon + 60 * (minute - 1);
      world.clock.set(noon + 60 * minute);
      publishMinute(world, 'AWS/Kinesis', 'IncomingRecords', streamName, endSeconds, { Sum: 6000 });
      const lag = { Average: 900, Maximum: 1000 };
      publishMinute(world, 'AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', streamName, endSeconds, lag);
      if (own !== undefined) publishMinute(world, own[1], own[2], own[3], endSeconds, lag);
      const report = await world.tick({ assembleWindow, analyze, decide });
      verdicts.push('decision' in report ? report.decision.reason : report.kind);
    }
    return verdicts.at(-1);
  }

  it.each<[string, RegisteredSource, string, string, Record<string, string>]>([
    [
      'a consumer that has stopped is not mistaken for another that reads',
      { kind: 'kinesis', stream: 'orders', consumer: 'billing' },
      'AWS/Kinesis',
      'SubscribeToShardEvent.MillisBehindLatest',
      { ...streamName, ConsumerName: 'billing' },
    ],
    [
      'an application that puts nothing is one that does not read',
      { kind: 'kinesis', stream: 'orders', application: 'billing' },
      'billing',
      'MillisBehindLatest',
      { Operation: 'ApplicationTracker' },
    ],
  ])('%s', async (_, source, namespace, metricName, dimensions) => {
    expect(await looksFor(source)).toBe('not-reading');
    const own = [undefined as never, namespace, metricName, dimensions, 0, {}] as const;
    expect(await looksFor(source, [...own])).not.toBe('not-reading');
  });
});
