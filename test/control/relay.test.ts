import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryDeadLetters } from '../../lib/adapters/memory/dead-letters.ts';
import { createMemoryEventBus } from '../../lib/adapters/memory/event-bus.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import { giveUpSeconds, relayRecord } from '../../lib/control/relay.ts';
import { noon } from './world.ts';

const event = (index: number): WeirEvent => ({
  detailType: 'Service Retired',
  detail: {
    version: 1,
    id: `main/orders#7.${index}`,
    service: 'main/orders',
    at: '2026-11-27T12:00:00.000Z',
    reason: 'tag-removed',
  },
});
const events = (count: number) => Array.from({ length: count }, (_, index) => event(index));
const imageOf = (outbox: unknown) => ({ pk: 'SVC#main/orders', sk: 'STATE', version: 7, outbox });

const throttled = {
  kind: 'failed',
  retryable: true,
  code: 'ThrottlingException',
  message: 'Rate exceeded',
} as const;
const poison = { kind: 'failed', retryable: false, code: 'MalformedDetail', message: 'no JSON' } as const;

function createRelay() {
  const clock = createManualClock(noon + 1);
  const bus = createMemoryEventBus();
  const deadLetters = createMemoryDeadLetters();
  const telemetry = createMemoryTelemetry();
  const heard: WeirEvent[] = [];
  const calls: number[] = [];
  bus.subscribe((it) => heard.push(it));
  const counted: typeof bus.put = (put) => {
    calls.push(put.length);
    return bus.put(put);
  };
  return {
    clock,
    bus,
    deadLetters,
    telemetry,
    heard,
    calls,
    ports: { clock, deadLetters, telemetry, bus: { put: counted } },
  };
}

let relay: ReturnType<typeof createRelay>;
beforeEach(() => {
  vi.useFakeTimers();
  relay = createRelay();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs it with every wait cut short, and says how it ended. */
async function ended(running: Promise<void>): Promise<'done' | Error> {
  const outcome = running.then(
    () => 'done' as const,
    (error: Error) => error,
  );
  await vi.runAllTimersAsync();
  return outcome;
}

describe('relayRecord', () => {
  it('puts the events of an outbox on the bus, in order', async () => {
    await relayRecord(imageOf(JSON.stringify(events(3))), relay.ports);

    expect(relay.heard).toEqual(events(3));
    expect(relay.calls).toEqual([3]);
    expect(relay.deadLetters.letters).toEqual([]);
  });

  it.each([
    ['has no outbox', { pk: 'SVC#main/orders', sk: 'STATE' }],
    ['has an empty one', imageOf('[]')],
  ])('has nothing to do for an item that %s', async (_, image) => {
    await relayRecord(image, relay.ports);

    expect(relay.heard).toEqual([]);
    expect(relay.deadLetters.letters).toEqual([]);
  });

  it('tries again what the bus did not take for now, and nothing else', async () => {
    relay.bus.failNext(throttled, 2);

    const outcome = await ended(relayRecord(imageOf(JSON.stringify(events(3))), relay.ports));

    expect(outcome).toBe('done');
    expect(relay.calls).toEqual([3, 2]);
    expect(relay.heard.map((it) => it.detail.id).sort()).toEqual(events(3).map((it) => it.detail.id));
  });

  it('keeps an event that the bus will never take, whole, at once; the others go on', async () => {
    relay.bus.failNext(poison);

    const outcome = await ended(relayRecord(imageOf(JSON.stringify(events(3))), relay.ports));

    expect(outcome).toBe('done');
    expect(relay.heard).toEqual(events(3).slice(1));
    expect(relay.deadLetters.letters).toEqual([
      { body: JSON.stringify(event(0)), cause: 'MalformedDetail: no JSON', from: 'publish' },
    ]);
    expect(relay.telemetry.counts.deadLetters).toBe(1);
  });

  it('hands the record back to the stream when the bus does not take it for long', async () => {
    relay.bus.failNext(throttled, 100);

    const outcome = await ended(relayRecord(imageOf(JSON.stringify(events(2))), relay.ports));

    expect(outcome).toBeInstanceOf(Error);
    expect(outcome).toMatchObject({
      message: expect.stringContaining('2 of 2 events were not taken by the bus after 4 tries'),
    });
    expect(relay.calls).toEqual([2, 2, 2, 2]);
    expect(relay.deadLetters.letters).toEqual([]);
  });

  it('gives up after ten minutes, so that what is behind it can pass: the events are kept whole', async () => {
    relay.clock.set(noon + giveUpSeconds + 1);
    relay.bus.failNext(throttled, 100);

    const outcome = await ended(relayRecord(imageOf(JSON.stringify(events(2))), relay.ports));

    expect(outcome).toBe('done');
    expect(relay.deadLetters.letters).toEqual(
      events(2).map((it) => ({
        body: JSON.stringify(it),
        cause: 'ThrottlingException: Rate exceeded',
        from: 'publish',
      })),
    );
  });

  it('takes an old record like any other when the bus does', async () => {
    relay.clock.set(noon + 86_400);

    await relayRecord(imageOf(JSON.stringify(events(1))), relay.ports);

    expect(relay.heard).toEqual(events(1));
  });

  it.each([
    ['not JSON', '[{', 'not JSON'],
    ['not a string', 12, 'not a string'],
    ['not a list', '{}', 'expected array'],
    ['of an unknown kind', JSON.stringify([{ ...event(0), detailType: 'Hello' }]), 'detailType'],
    [
      'of a wrong detail',
      JSON.stringify([event(0), { ...event(1), detail: { ...event(1).detail, at: 'noon' } }]),
      'at',
    ],
    ['too long', JSON.stringify(events(51)), '50'],
  ])('keeps a record whose outbox is %s, whole, with the cause', async (_, outbox, cause) => {
    await relayRecord(imageOf(outbox), relay.ports);

    expect(relay.heard).toEqual([]);
    expect(relay.deadLetters.letters).toEqual([
      { body: JSON.stringify(imageOf(outbox)), cause: expect.stringContaining(cause), from: 'publish' },
    ]);
  });

  it('hands the record back when even the dead letter cannot be kept', async () => {
    relay.bus.failNext(poison);
    const deadLetters = {
      put: async () => {
        throw new Error('SQS is away');
      },
    };

    const outcome = await ended(
      relayRecord(imageOf(JSON.stringify(events(1))), { ...relay.ports, deadLetters }),
    );

    expect(outcome).toMatchObject({ message: 'SQS is away' });
    expect(relay.calls).toEqual([1]);
  });
});
