import { describe, expect, it } from 'vitest';
import { leaseSeconds } from '../../lib/control/act.ts';
import type { TickPorts } from '../../lib/control/ports.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import { createLedger, goal, ticksToGoal, towardsGoal } from '../control/ledger.ts';
import { type Call, type Fate, giveUpInTime, numberCalls, settle } from '../control/numbered-calls.ts';
import { createWorld, noon, observation, service } from '../control/world.ts';

/**
 * An evaluator killed, cut off or stalled before and after each call that it makes. Which calls there are is found by
 * running the tick; after each accident come the same tick again and the ticks after it, by other evaluators.
 */

async function createWatchedWorld() {
  const world = createWorld();
  await world.register();
  const ledger = createLedger(world);
  const { ports } = ledger;
  const tick = (slotSeconds: number) => runOnce({ service, slotSeconds }, ledger.watch(ports), towardsGoal);
  /** Ticks as they come when nothing else goes wrong. */
  const recover = async () => {
    const next = Math.floor(world.clock.nowSeconds() / 60) + 1;
    for (let minute = 0; minute < ticksToGoal; minute++) {
      const slotSeconds = 60 * (next + minute);
      world.clock.set(slotSeconds + 1);
      await tick(slotSeconds);
    }
  };
  return { world, ledger, ports, tick, recover };
}

/** The calls of a tick that comes after so many others. */
async function callsOf(minutes: number): Promise<readonly Call[]> {
  const { world, ledger, ports, tick } = await createWatchedWorld();
  for (let minute = 0; minute < minutes; minute++) {
    await tick(noon + 60 * minute);
    world.clock.advance(60);
  }
  const numbered = numberCalls(ports);
  await runOnce({ service, slotSeconds: noon + 60 * minutes }, ledger.watch(numbered.ports), towardsGoal);
  return numbered.calls;
}

/** Ticks until there is nothing left to scale. */
const minutesToGoal = (goal - observation.desiredTasks) / 2;

const scaling = await callsOf(0);
const holding = await callsOf(minutesToGoal);

it('makes calls to enumerate', () => {
  const names = (calls: readonly Call[]) => calls.map((it) => it.name).filter((it) => it !== 'metrics.read');

  expect(names(scaling).sort()).toEqual([
    'services.describe',
    'services.updateDesiredTasks',
    'store.commitState',
    'store.commitState',
    'store.control',
    'store.load',
    'store.model',
    'store.observed',
    'store.putSample',
    'store.samples',
  ]);
  expect(names(holding).filter((it) => it === 'store.commitState')).toHaveLength(1);
  expect(names(holding)).not.toContain('services.updateDesiredTasks');
});

const accidents = ['killed before', 'killed after', 'lost before', 'lost after'] as const;

describe.each(accidents)('%s', (accident) => {
  it.each([
    ...scaling.map((call) => ({ ...call, minutes: 0 })),
    ...holding.map((call) => ({ ...call, minutes: minutesToGoal })),
  ])('call $index, $name, of the tick after $minutes min', async ({ index, minutes }) => {
    const { world, ledger, ports, tick, recover } = await createWatchedWorld();
    for (let minute = 0; minute < minutes; minute++) {
      await tick(noon + 60 * minute);
      world.clock.advance(60);
    }
    const slotSeconds = noon + 60 * minutes;
    const numbered = numberCalls(ports, (call) => (call.index === index ? accident : undefined));

    const run = runOnce({ service, slotSeconds }, ledger.watch(numbered.ports), towardsGoal);
    const outcome = await settle(run);
    // The queue delivers the message again, at once and after the lease.
    await tick(slotSeconds);
    world.clock.advance(leaseSeconds + 1);
    await tick(slotSeconds);
    await recover();

    expect(outcome).toBe(accident.startsWith('killed') ? 'hangs' : 'ended');
    expect(numbered.calls.length).toBeGreaterThan(index);
    expect(ledger.assess()).toEqual([]);
  });
});

const stalls = [
  { seconds: leaseSeconds + 1, meanwhile: 'has the same tick', slotSeconds: noon },
  { seconds: 61, meanwhile: 'has the next tick', slotSeconds: noon + 60 },
  { seconds: 61, meanwhile: 'comes', slotSeconds: undefined },
];

describe.each(['before', 'after'] as const)('stalled %s', (where) => {
  it.each(scaling.flatMap((call) => stalls.map((stall) => ({ ...call, ...stall }))))(
    'call $index, $name, for $seconds s, while another evaluator $meanwhile',
    async ({ index, seconds, slotSeconds }) => {
      const { world, ledger, ports, tick, recover } = await createWatchedWorld();
      const stall = async () => {
        world.clock.advance(seconds);
        if (slotSeconds !== undefined) await tick(slotSeconds);
      };
      const fate: Fate = where === 'before' ? { before: stall } : { after: stall };
      const { inner, outer } = giveUpInTime(ports);
      const numbered = numberCalls(inner, (call) => (call.index === index ? fate : undefined));

      const report = await runOnce(
        { service, slotSeconds: noon },
        ledger.watch(outer(numbered.ports)),
        towardsGoal,
      );
      await recover();

      expect(report.kind).toMatch(/^(scaled|overtaken|duplicate|late|held)$/);
      expect(ledger.assess()).toEqual([]);
    },
  );
});

describe('the race that remains', () => {
  it('a call that reaches ECS after its lease moves the count once more, and the next tick goes on from there', async () => {
    const { world, ports, recover } = await createWatchedWorld();
    const { services } = world;
    const lost: TickPorts['services'] = {
      ...services,
      updateDesiredTasks: async () => ({ kind: 'unknown', message: 'TimeoutError' }),
    };
    await runOnce({ service, slotSeconds: noon }, { ...ports, services: lost }, towardsGoal);
    await recover();
    const before = world.told().length;

    // What was sent first, and given up, arrives minutes later.
    services.update(service, { desiredTasks: 6 });
    await recover();

    expect(world.desiredTasks()).toBe(goal);
    expect(world.told().slice(before)).toMatchObject([
      { detailType: 'Scaling Decision', detail: { decision: { from: 6, to: 8 } } },
      { detailType: 'Scaling Applied', detail: { from: 6, to: 8 } },
      { detailType: 'Scaling Held' },
    ]);
  });
});
