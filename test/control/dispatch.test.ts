import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createMemoryTickQueue } from '../../lib/adapters/memory/tick-queue.ts';
import type { Registration } from '../../lib/config/registration.ts';
import { tickMessageSchema } from '../../lib/contract/messages.ts';
import { dispatch, planMessages, spread } from '../../lib/control/dispatch.ts';
import type { TickQueue } from '../../lib/control/ports.ts';
import { kinesis, noon, registrationOf } from './world.ts';

type Cadence = Registration['policy']['evaluationSeconds'];
const every = (evaluationSeconds: Cadence, service = 'main/orders') =>
  registrationOf({ service, policy: { evaluationSeconds } });

describe('planMessages plans slots', () => {
  it.each<[string, Cadence, number | undefined, number, number[]]>([
    ['with no cursor: the slot that is on, and those of two minutes', 60, undefined, 10, [0, 60, 120]],
    ['right on a slot: not the one before, which is as old as the cadence', 60, undefined, 0, [0, 60, 120]],
    ['after the cursor only', 60, 60, 10, [120]],
    ['none that was sent', 60, 120, 10, []],
    ['the next as the minute goes on', 60, 120, 61, [180]],
    ['nothing older than the cadence, however old the cursor', 60, -86_400, 10, [0, 60, 120]],
    ['faster than the minute', 20, 60, 10, [80, 100, 120]],
    ['fastest, after a run was lost', 10, -100, 5, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]],
    ['seldom', 300, undefined, 10, [0]],
    ['seldom, between slots', 300, 0, 10, []],
    ['seldom, with a slot ahead', 300, 0, 200, [300]],
  ])('%s', (_, cadence, cursor, now, slots) => {
    const messages = planMessages(
      [every(cadence)],
      cursor === undefined ? undefined : noon + cursor,
      noon + now,
      noon + now + 120,
    );

    expect(messages).toEqual(slots.map((slot) => ({ slotSeconds: noon + slot, services: ['main/orders'] })));
  });

  /** Slots that a day of runs sends of one service; the schedule fires anywhere within its minute. */
  function slotsOfADay(cadence: Cadence, isLost: (minute: number) => boolean): number[] {
    const slots: number[] = [];
    let cursor: number | undefined;
    for (let minute = 0; minute < 1440; minute++) {
      if (isLost(minute)) continue;
      const now = noon + 60 * minute + ((minute * 37) % 60);
      const until = now + 120;
      slots.push(...planMessages([every(cadence)], cursor, now, until).map((it) => it.slotSeconds));
      cursor = until;
    }
    return slots;
  }

  it.each<[string, Cadence, (minute: number) => boolean]>([
    ['every 10 s', 10, () => false],
    ['every 20 s', 20, () => false],
    ['every 30 s', 30, () => false],
    ['every 60 s, each tenth run lost', 60, (minute) => minute % 10 === 9],
    ['every 120 s, each tenth run lost', 120, (minute) => minute % 10 === 9],
    ['every 300 s, each tenth run lost', 300, (minute) => minute % 10 === 9],
  ])('for a whole day each exactly once: %s', (_, cadence, isLost) => {
    const slots = slotsOfADay(cadence, isLost);

    const first = slots[0] ?? 0;
    expect(slots.length).toBeGreaterThanOrEqual(Math.floor(86_280 / cadence));
    expect(slots).toEqual(slots.map((_slot, index) => first + index * cadence));
    expect(first % cadence).toBe(0);
  });
});

describe('planMessages packs', () => {
  it('by slot, then by service, in one order whatever order the registrations came in', () => {
    const registrations = [every(60, 'main/b'), every(30, 'main/c'), every(60, 'main/a')];

    const planned = planMessages(registrations, noon, noon + 1, noon + 60);

    expect(planned).toEqual([
      { slotSeconds: noon + 30, services: ['main/c'] },
      { slotSeconds: noon + 60, services: ['main/a', 'main/b', 'main/c'] },
    ]);
    expect(planMessages(registrations.toReversed(), noon, noon + 1, noon + 60)).toEqual(planned);
  });

  it('no more than a hundred services, and what evaluate can read', () => {
    const registrations = Array.from({ length: 250 }, (_, index) => every(60, `main/s${index}`));

    const messages = planMessages(registrations, noon, noon + 1, noon + 60);

    expect(messages.map((it) => it.services.length)).toEqual([100, 100, 50]);
    expect(new Set(messages.flatMap((it) => it.services)).size).toBe(250);
    for (const message of messages) expect(tickMessageSchema.safeParse(message).success).toBe(true);
  });

  it('no more than 500 queries to GetMetricData, every field due: a hundred services on Kinesis are just that', () => {
    const heavy = Array.from({ length: 101 }, (_, index) =>
      registrationOf({ service: `main/k${index}`, sources: [kinesis] }),
    );
    const light = Array.from({ length: 3 }, (_, index) =>
      registrationOf({ service: `main/a${index}`, sources: [] }),
    );

    const messages = planMessages([...heavy, ...light], noon, noon + 1, noon + 60);

    // Three times 2 queries leave room for 98 times 5 of the 500.
    expect(messages.map((it) => it.services.length)).toEqual([100, 4]);
    expect(messages[0]?.services.slice(0, 3)).toEqual(['main/a0', 'main/a1', 'main/a2']);
  });
});

describe('dispatch', () => {
  async function fleetAt(nowSeconds: number, ...registrations: Registration[]) {
    const clock = createManualClock(nowSeconds);
    const store = createMemoryStore();
    const tickQueue = createMemoryTickQueue(clock);
    const telemetry = createMemoryTelemetry();
    for (const registration of registrations) {
      await store.commitRegistration({
        service: registration.service,
        version: 1,
        outbox: [],
        status: 'managed',
        registration,
      });
    }
    return { clock, store, tickQueue, telemetry };
  }

  it('sends what is due, to become visible at its slot, and moves the cursor', async () => {
    const ports = await fleetAt(noon + 10, every(60));

    const dispatched = await dispatch(ports);

    expect(dispatched).toEqual({ messages: 3, ticks: 3, untilSeconds: noon + 130 });
    expect(await ports.store.dispatchedUntil()).toBe(noon + 130);
    const received = [0, 49, 1, 60].map((seconds) => {
      ports.clock.advance(seconds);
      return ports.tickQueue.receive().map((it) => JSON.parse(it.body).slotSeconds - noon);
    });
    expect(received).toEqual([[0], [], [60], [120]]);
  });

  it('leaves out what the run before has sent, and services that are not managed', async () => {
    const ports = await fleetAt(noon + 10, every(60));
    await ports.store.commitRegistration({
      service: 'main/rejected',
      version: 1,
      outbox: [],
      status: 'rejected',
      problems: [],
    });
    await dispatch(ports);
    ports.clock.advance(60);

    const again = await dispatch(ports);

    expect(again).toEqual({ messages: 1, ticks: 1, untilSeconds: noon + 190 });
  });

  it('writes nothing when nothing is due, so that a new service starts at its own slot', async () => {
    const ports = await fleetAt(noon);

    const dispatched = await dispatch(ports);

    expect(dispatched).toMatchObject({ messages: 0, ticks: 0 });
    expect(await ports.store.dispatchedUntil()).toBeUndefined();
  });

  it('leaves the cursor when sending failed: the next run sends the same slots', async () => {
    const ports = await fleetAt(noon + 10, every(60));
    const failing: TickQueue = {
      send: async () => {
        throw new Error('SQS is away');
      },
    };

    await expect(dispatch({ ...ports, tickQueue: failing })).rejects.toThrow('SQS is away');
    const next = await dispatch(ports);

    expect(next.ticks).toBe(3);
  });

  it('does not believe a cursor that lies far in the future: a clock had been wrong', async () => {
    const ports = await fleetAt(noon + 10, every(60));
    await ports.store.setDispatchedUntil(noon + 86_400);

    const dispatched = await dispatch(ports);

    expect(dispatched.ticks).toBe(3);
    expect(ports.telemetry.lines[0]).toMatchObject({ level: 'warn', details: { cursor: noon + 86_400 } });
  });
});

describe('spread', () => {
  const fleet = (count: number, cadence: Cadence = 60) =>
    Array.from({ length: count }, (_, index) => every(cadence, `main/s${String(index).padStart(5, '0')}`));
  const laterOf = (registrations: readonly Registration[]) =>
    spread(planMessages(registrations, noon - 1, noon, noon), registrations).map((it) => it.laterSeconds);

  it('the worked number: of 1,000 services the last come 45 s after their slot', () => {
    expect(laterOf(fleet(1000))).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
  });

  it('the worked number: of 10,000, messages are 0.54 s apart', () => {
    const later = laterOf(fleet(10_000));
    expect(later).toHaveLength(100);
    expect(later[1]).toBeCloseTo(0.54, 9);
    expect(later.at(-1)).toBeCloseTo(53.46, 9);
  });

  it('leaves a hundred services where they are', () => {
    expect(laterOf(fleet(100))).toEqual([0]);
  });

  it('within the fastest cadence of a slot', () => {
    expect(Math.max(...laterOf([...fleet(1000), every(10, 'main/fast')]))).toBeLessThan(9);
  });

  it('each slot anew', () => {
    const registrations = fleet(300);
    const messages = planMessages(registrations, noon - 1, noon, noon + 60);
    expect(spread(messages, registrations).map((it) => it.laterSeconds)).toEqual([0, 5, 10, 0, 5, 10]);
  });
});
