import { describe, expect, it } from 'vitest';
import { ineffectiveCount, mostWorthTrying, stepBreaker } from '../../lib/core/breaker.ts';
import type { Breaker, CapacityMemory, RateObservation } from '../../lib/core/loop-state.ts';
import { flowOf } from '../../lib/core/rates.ts';
import { kinesisContext, now, repeated, windowOf } from '../support/windows.ts';

/** Minutes at a count that did so much in all, the first of them so long ago. */
const seen = (tasks: number, ratePerSecond: number, minutes: number, agoSeconds: number): RateObservation[] =>
  Array.from({ length: minutes }, (_, index) => ({
    atSeconds: now - agoSeconds + 60 * index,
    tasks,
    perTaskPerSecond: ratePerSecond / tasks,
  }));

describe('ineffectiveCount', () => {
  it('the worked number: 4 tasks did 2,000 records/s, 8 do 2,040', () => {
    expect(ineffectiveCount([...seen(4, 2000, 2, 1200), ...seen(8, 2040, 3, 300)], {})?.tasks).toBe(4);
  });

  it.each<[string, RateObservation[], number | undefined]>([
    [
      'a larger count that helps as it should',
      [...seen(4, 2000, 3, 1200), ...seen(8, 3900, 3, 300)],
      undefined,
    ],
    [
      'one that helps a third of what it should',
      [...seen(4, 2000, 3, 1200), ...seen(8, 2700, 3, 300)],
      undefined,
    ],
    ['one that harms', [...seen(4, 2000, 3, 1200), ...seen(8, 1500, 3, 300)], 4],
    ['too few minutes at it', [...seen(4, 2000, 3, 1200), ...seen(8, 2000, 2, 300)], undefined],
    ['too few minutes before it', [...seen(4, 2000, 1, 1200), ...seen(8, 2000, 3, 300)], undefined],
    ['a gain that noise would hide', [...seen(10, 2000, 3, 1200), ...seen(12, 2000, 3, 300)], undefined],
    [
      'the smaller count seen later: that is another story',
      [...seen(8, 2000, 3, 1200), ...seen(4, 2000, 3, 300)],
      undefined,
    ],
    ['nothing', [], undefined],
  ])('%s', (_, saturated, expected) => {
    expect(ineffectiveCount(saturated, {})?.tasks).toBe(expected);
  });

  it('expects of partitions what they admit: between 4 and 7 tasks on 8 of them nothing is gained, and nothing proved', () => {
    expect(
      ineffectiveCount([...seen(4, 2000, 3, 1200), ...seen(7, 2000, 3, 300)], { partitions: 8 }),
    ).toBeUndefined();
  });
});

describe('the breaker', () => {
  const context = kinesisContext();
  const memory = (saturated: RateObservation[]): CapacityMemory => ({ revision: 'orders:12', saturated });
  const proof = [...seen(4, 2000, 2, 1200), ...seen(8, 2040, 3, 300)];
  const lagging = windowOf({
    context,
    values: {
      arrivalsPerSecond: repeated(2500, 20),
      lagSeconds: repeated(200, 20),
      meanLagSeconds: repeated(180, 20),
    },
  });
  const step = (saturated: RateObservation[], breaker?: Breaker, window = lagging) =>
    stepBreaker(window, flowOf(window, context)!, memory(saturated), breaker, {});
  const open: Breaker = {
    sinceSeconds: now - 1800,
    tasks: 4,
    ratePerSecond: 2000,
    limit: 'downstream',
    waitSeconds: 1800,
    retryAtSeconds: now - 600,
  };

  it('opens on proof, names the limit, and forgets what was seen beyond it', () => {
    const { breaker, change, memory: kept } = step(proof);
    expect(breaker).toEqual({
      sinceSeconds: now,
      tasks: 4,
      ratePerSecond: 2000,
      limit: 'downstream',
      waitSeconds: 1800,
      retryAtSeconds: now + 1800,
    });
    expect(change).toEqual({ kind: 'opened', breaker });
    expect(kept.saturated).toEqual([]);
  });

  it('a partition that is far behind the others is the limit', () => {
    const hot = windowOf({
      context,
      values: {
        arrivalsPerSecond: repeated(2500, 20),
        lagSeconds: repeated(200, 20),
        meanLagSeconds: repeated(12, 20),
      },
    });
    expect(step(proof, undefined, hot).breaker?.limit).toBe('hot_partition');
  });

  it('waits twice as long when it was tried in vain, and says nothing new', () => {
    const { breaker, change } = step(proof, open);
    expect(breaker).toMatchObject({
      sinceSeconds: open.sinceSeconds,
      waitSeconds: 3600,
      retryAtSeconds: now + 3600,
    });
    expect(change).toBeUndefined();
  });

  it('closes when a step more has helped, and when nothing waits any more', () => {
    const helped = step([...seen(4, 2000, 3, 1200), ...seen(6, 2900, 3, 300)], open);
    expect(helped).toMatchObject({ change: { kind: 'closed', suspendedSeconds: 1800 } });
    expect(helped.breaker).toBeUndefined();
    const calm = windowOf({
      context,
      values: {
        arrivalsPerSecond: repeated(900, 20),
        lagSeconds: repeated(0, 20),
        meanLagSeconds: repeated(0, 20),
      },
    });
    expect(step(seen(4, 2000, 2, 1200), open, calm).change).toMatchObject({ kind: 'closed' });
  });

  it('stays open while nothing is known', () => {
    const blind = windowOf({ context, values: { arrivalsPerSecond: repeated(900, 20) } });
    expect(step(seen(4, 2000, 2, 1200), open, blind).breaker).toEqual(open);
  });

  it('admits a step more when its wait is over', () => {
    expect(mostWorthTrying(open, open.retryAtSeconds - 1, 0.5)).toBe(4);
    expect(mostWorthTrying(open, open.retryAtSeconds, 0.5)).toBe(6);
  });
});
