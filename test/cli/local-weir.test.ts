import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalDynamo, startDynalite } from '../../lib/cli/local-dynamo.ts';
import { createLocalWeir } from '../../lib/cli/local-weir.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import { demoScenario } from '../../lib/simulator/demo-scenario.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from '../simulator/constant-load.ts';

let dynamo: LocalDynamo;
beforeEach(async () => {
  dynamo = await startDynalite();
});
afterEach(() => dynamo.stop());

/** A service under a load that never changes, and what a subscriber hears of it, by the minute. */
async function setUp(onEvent: (event: WeirEvent) => void = () => {}) {
  const workload = constantLoad(900);
  const world = createSimulatedWorld(demoScenario(workload, 2, 60), workload, 1);
  const heard: { readonly event: WeirEvent; readonly minute: number }[] = [];
  const elapsedSeconds = () => world.clock.nowSeconds() - workload.fromSeconds;
  const table = { client: dynamo.client, tableName: await dynamo.createTable() };
  const weir = createLocalWeir(table, (event) => {
    onEvent(event);
    heard.push({ event, minute: Math.floor(elapsedSeconds() / 60) });
  });
  const playUntilMinute = async (minute: number) => {
    while (elapsedSeconds() < minute * 60) {
      world.step();
      await weir.step(world);
    }
  };
  return { world, weir, heard, playUntilMinute };
}

function setTag(world: SimulatedWorld, tag: string, value: string) {
  const described = world.services.get(world.service);
  if (described.kind === 'gone') throw new Error('the service is gone');
  world.services.put(world.service, { ...described, tags: { ...described.tags, [tag]: value } });
}

describe('Weir on this machine', () => {
  it('registers the service at once and evaluates it each minute', async () => {
    const { weir, heard, playUntilMinute } = await setUp();
    expect(weir.telemetry()).toBeUndefined();

    await playUntilMinute(12);

    expect(heard[0]).toMatchObject({ minute: 0, event: { detailType: 'Service Registered' } });
    expect(weir.telemetry()?.counts).toMatchObject({ ticks: 12, dropped: 0, failures: 0, deadLetters: 0 });
  });

  it('sees a wrong tag when discover looks again, every ten minutes, and evaluates the service no more', async () => {
    const { world, weir, heard, playUntilMinute } = await setUp();
    await playUntilMinute(5);
    setTag(world, 'weir:max', 'many');

    await playUntilMinute(15);

    expect(heard.filter(({ event }) => event.detailType === 'Service Rejected')).toEqual([
      { minute: 10, event: expect.anything() },
    ]);
    expect(weir.telemetry()?.counts.ticks).toBeLessThanOrEqual(11);
  });

  it('delivers again what its subscriber failed on: nothing is lost, nothing told twice', async () => {
    let failures = 2;
    const { heard, playUntilMinute } = await setUp(() => {
      if (failures-- > 0) throw new Error('the subscriber is not there yet');
    });

    await playUntilMinute(3);

    expect(heard[0]?.event.detailType).toBe('Service Registered');
    const ids = heard.map(({ event }) => event.detail.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('ends with the fault when events never get through', async () => {
    const { playUntilMinute } = await setUp(() => {
      throw new Error('the subscriber is gone');
    });

    await expect(playUntilMinute(1)).rejects.toThrow(/stream records failed 3 times/);
  });
});
