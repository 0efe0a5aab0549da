import { beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createAdmission, cutOf } from '../../lib/control/admission.ts';
import type { Waiting } from '../../lib/control/ports.ts';
import { noon } from './world.ts';

const note = (waiting: readonly number[], ageSeconds: number): Waiting => ({
  message: `${ageSeconds}`,
  atSeconds: noon - ageSeconds,
  waiting,
});

describe('cutOf', () => {
  it.each<[string, Waiting[], number[]]>([
    ['nothing waits: everything', [], [1, 1, 1, 1, 1, 1, 1, 1]],
    [
      'the worked number: 200, 100 and 50 have waited, and 240 go in a minute',
      [note([150, 100, 50], 50), note([50], 5), note([900], 70)],
      [1, 0.4, 0, 0, 0, 0, 0, 0],
    ],
    ['few have waited: everything', [note([0, 0, 3], 20), note([1], 70)], [1, 1, 1, 1, 1, 1, 1, 1]],
    ['nothing waits any more: everything', [note([400], 70)], [1, 1, 1, 1, 1, 1, 1, 1]],
    ['it has just begun: nobody before those that wait', [note([0, 0, 3, 40], 20)], [1, 1, 1, 0, 0, 0, 0, 0]],
  ])('%s', (_, notes, expected) => {
    const cut = cutOf(notes, noon);
    expect(cut.map((it) => Math.round(it * 100) / 100)).toEqual(expected);
  });
});

describe('the changes of one message', () => {
  let store: ReturnType<typeof createMemoryStore>;
  let admissions: ReturnType<typeof createAdmission>;
  const order: number[] = [];

  beforeEach(() => {
    order.length = 0;
    store = createMemoryStore();
    const [clock, telemetry] = [createManualClock(noon), createMemoryTelemetry()];
    admissions = createAdmission({ store, clock, telemetry });
  });

  /** A service that wants a change with this need, and sends it once it may; throttled from the given call on. */
  async function change(
    need: number,
    throttledFrom = Number.POSITIVE_INFINITY,
    share = 0.5,
  ): Promise<boolean> {
    const { admission, leave } = admissions.enter();
    await Promise.resolve();
    const admitted = await admission.admit(need, share);
    if (admitted) {
      order.push(need);
      const throttled = order.length > throttledFrom;
      await new Promise((resolve) => setImmediate(resolve));
      admission.settle(need, throttled ? 'throttled' : 'done');
    }
    leave();
    return admitted;
  }

  it('go in the order of need, whoever was decided first', async () => {
    const needs = [7, 3, 0, 5, 3];
    expect(await Promise.all(needs.map((need) => change(need)))).toEqual([true, true, true, true, true]);
    expect(order).toEqual([0, 3, 3, 5, 7]);
    await admissions.close('a');
    expect(await store.waiting(0)).toEqual([]);
  });

  it('are not kept waiting by services that want none, or break', async () => {
    const { leave } = admissions.enter();
    const wants = change(4);
    setTimeout(leave, 5);
    expect(await wants).toBe(true);
  });

  it('nor for long by one that does not end', async () => {
    admissions.enter();
    expect(await change(4)).toBe(true);
  });

  it('wait once ECS throttles one, and that is noted with it', async () => {
    const needs = [...Array<number>(10).fill(1), ...Array<number>(5).fill(6)];
    const admitted = await Promise.all(needs.map((need) => change(need, 8)));
    expect(admitted.filter(Boolean)).toHaveLength(10);
    await admissions.close('a');
    expect(await store.waiting(0)).toEqual([
      { message: 'a', atSeconds: noon, waiting: [0, 2, 0, 0, 0, 0, 5, 0] },
    ]);
  });

  it('leave the calls to those of other messages that need them more', async () => {
    for (const ageSeconds of [70, 30]) await store.putWaiting(note([0, 300], ageSeconds));
    const admitted = await Promise.all([change(1, undefined, 0.2), change(1, undefined, 0.95), change(2)]);
    expect(admitted).toEqual([true, false, false]);
    await admissions.close('a');
    expect((await store.waiting(noon)).map((it) => it.waiting)).toEqual([[0, 1, 1, 0, 0, 0, 0, 0]]);
  });

  it('are tried where it cannot be read what waits', async () => {
    store.waiting = () => Promise.reject(new Error('ProvisionedThroughputExceededException'));
    expect(await change(7)).toBe(true);
  });
});
