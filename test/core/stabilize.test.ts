import { describe, expect, it } from 'vitest';
import type { LoopState } from '../../lib/core/loop-state.ts';
import { largestWanted, rememberWanted } from '../../lib/core/stabilize.ts';
import type { Wish } from '../../lib/core/wish.ts';
import { kinesisContext, loopOf, now, repeated, windowOf } from '../support/windows.ts';

const { policy } = kinesisContext({ stabilizationSeconds: 300 });
const signals = repeated(1, 10);
const measured = { arrivalsPerSecond: signals, lagSeconds: signals, meanLagSeconds: signals };
const ground = { confidence: 1, evidence: { desiredTasks: 6, consumingTasks: 6 } };
const hold: Wish = { ...ground, kind: 'hold', reason: 'metrics-stale' };

const wish = (tasks: number): Wish => ({
  ...ground,
  kind: 'count',
  tasks,
  breach: false,
  reasonOut: 'demand-exceeds-capacity',
  reasonIn: 'capacity-exceeds-demand',
  model: {},
});

/** The list after wishes a minute apart; a tick with `lost` has no signals. */
function remembered(wishes: readonly (Wish | 'lost')[], everySeconds = 60, start: LoopState['wanted'] = []) {
  return wishes.reduce<LoopState['wanted']>((wanted, it, index) => {
    const nowSeconds = now + everySeconds * index;
    const window = windowOf({ tasks: 6, nowSeconds, values: it === 'lost' ? {} : measured });
    return rememberWanted(it === 'lost' ? wish(1) : it, window, loopOf({ wanted }), policy);
  }, start);
}

const tasksOf = (wanted: LoopState['wanted']) => wanted.map((it) => it.tasks);
const before: LoopState['wanted'] = [{ atSeconds: now - 60, tasks: 1 }];

describe('rememberWanted', () => {
  it('the worked number: of 9, 7, 8, 5 there are kept 9, 8, 5', () => {
    expect(tasksOf(remembered([9, 7, 8, 5].map(wish), 60, before))).toEqual([9, 8, 5]);
  });

  it('the first time: the count that is there stands in', () => {
    expect(tasksOf(remembered([wish(2)]))).toEqual([6]);
    expect(tasksOf(remembered([wish(9)]))).toEqual([9]);
    expect(tasksOf(remembered([hold]))).toEqual([6]);
  });

  it('after five minutes the largest is forgotten, and not before', () => {
    expect(largestWanted(remembered([9, 2, 2, 2, 2].map(wish), 60, before))).toBe(9);
    expect(largestWanted(remembered([9, 2, 2, 2, 2, 2].map(wish), 60, before))).toBe(2);
  });

  it.each<[string, (Wish | 'lost')[]]>([
    ['a strategy that knew no count', [wish(2), hold, wish(2)]],
    ['a signal that was lost', [wish(2), 'lost', wish(2)]],
  ])('%s starts the whole window anew', (_, wishes) => {
    expect(largestWanted(remembered(wishes, 60, before))).toBe(6);
  });

  it('so does a time in which nobody asked: ticks further apart than three cadences', () => {
    expect(tasksOf(remembered([wish(2), wish(2)], 180, before))).toEqual([2]);
    expect(tasksOf(remembered([wish(2), wish(2)], 181, before))).toEqual([6]);
  });

  it('stays short, and falls', () => {
    const wanted = remembered(
      Array.from({ length: 120 }, (_, index) => wish((index * 37) % 23)),
      60,
      before,
    );
    expect(wanted.length).toBeLessThanOrEqual(5);
    expect(tasksOf(wanted)).toEqual(tasksOf(wanted).toSorted((a, b) => b - a));
  });

  it('without a stabilization window only the present counts', () => {
    const { policy: at0 } = kinesisContext({ stabilizationSeconds: 0 });
    const wanted = rememberWanted(wish(2), windowOf({ values: measured }), loopOf({ wanted: before }), at0);
    expect(tasksOf(wanted)).toEqual([2]);
  });
});

it('largestWanted of nothing is 0', () => expect(largestWanted([])).toBe(0));
