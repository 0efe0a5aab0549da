import { describe, expect, it } from 'vitest';
import type { Bottleneck } from '../../lib/contract/bottleneck.ts';
import { keepsCount, type Obstacle, obstacleTo } from '../../lib/core/cannot-start.ts';
import type { Change } from '../../lib/core/loop-state.ts';
import { now, repeated, windowOf } from '../support/windows.ts';

const sinceSeconds = now - 6000;
const loops: Bottleneck = { kind: 'crash_loop', severity: 1, impact: 0.5, sinceSeconds };
const unplaced: Bottleneck = { ...loops, kind: 'placement_failure' };

/** 8 tasks are desired; of the newest ticks, how many run. */
const running = (...newest: number[]) =>
  windowOf({
    tasks: 8,
    observed: (index) => ({
      desiredTasks: 8,
      runningTasks: [...repeated(0, 60 - newest.length), ...newest][index]!,
    }),
  });
const orderAt = (minutes: number, to = 8): Change => ({
  atSeconds: sinceSeconds + 60 * minutes,
  from: 4,
  to,
  by: 'weir',
});

describe('obstacleTo', () => {
  const retryMinutes = (...changes: Change[]) => {
    const obstacle = obstacleTo([loops], { changes }, running(), 60);
    return ((obstacle?.retryAtSeconds ?? 0) - sinceSeconds) / 60;
  };

  it('the worked number: tried in vain at 12:05, 12:10, 12:20, 12:40, and every half an hour from then on', () => {
    const tried: number[] = [];
    for (let trial = 0; trial < 6; trial++) tried.push(retryMinutes(...tried.map((it) => orderAt(it))));
    expect(tried).toEqual([5, 10, 20, 40, 70, 100]);
  });

  it.each<[string, Change[], number]>([
    ['an order before it was no try', [orderAt(-3)], 5],
    ['nor is a scale-in', [orderAt(2, 2)], 5],
    ['whoever ordered', [{ ...orderAt(6), by: 'other' }], 12],
  ])('%s', (_, changes, minutes) => expect(retryMinutes(...changes)).toBe(minutes));

  it('is nothing that more tasks could be the cure of', () => {
    const obstacle = (kind: Bottleneck['kind']) =>
      obstacleTo([{ ...loops, kind }], { changes: [] }, running(), 60)?.kind;
    expect(obstacle('cpu')).toBeUndefined();
    expect(obstacle('deployment_failed')).toBeUndefined();
    expect(obstacle('placement_failure')).toBe('placement_failure');
  });

  const orderAgo = (agoSeconds: number): Change => ({
    atSeconds: now - agoSeconds,
    from: 8,
    to: 12,
    by: 'weir',
  });
  it.each<[string, Bottleneck, number, number[], boolean]>([
    [
      'the worked number: of 8 to 12 two more run, three minutes after the order',
      loops,
      180,
      [10, 11, 10],
      false,
    ],
    ['not yet three minutes', loops, 170, [10, 11, 10], true],
    ['one more alone', loops, 180, [9, 9, 9], true],
    ['one of them was gone in between', loops, 180, [10, 9, 10], true],
    ['where there is no place, that is not the question', unplaced, 180, [12, 12, 12], true],
  ])('a try that brought tasks: %s', (_, bottleneck, agoSeconds, ticks, expected) => {
    const loop = { changes: [orderAgo(agoSeconds)] };
    expect(obstacleTo([bottleneck], loop, running(...ticks), 60) !== undefined).toBe(expected);
  });
});

type Case = {
  readonly wanted?: number;
  readonly ticks?: readonly number[];
  readonly breach?: boolean;
  readonly due?: number;
};

describe('keepsCount', () => {
  it.each<[string, Obstacle['kind'], Case, boolean]>([
    ['fewer', 'crash_loop', { wanted: 3 }, true],
    ['as many', 'crash_loop', { wanted: 8 }, true],
    ['more, when a try is due', 'crash_loop', {}, false],
    ['more, before one is due', 'crash_loop', { due: now + 1 }, true],
    ['more, and the objective is held', 'crash_loop', { breach: false }, true],
    ['more, and a few of many fail', 'crash_loop', { ticks: [8, 7, 8, 7, 8, 7] }, false],
    ['more, and most have failed four minutes ago', 'crash_loop', { ticks: [8, 3, 8, 8, 8, 8] }, true],
    ['more, where all have found a place', 'placement_failure', {}, false],
    ['more, where one has found none', 'placement_failure', { ticks: [8, 8, 8, 8, 8, 7] }, true],
  ])('%s (%s)', (_, kind, { wanted = 12, ticks = repeated(8, 6), breach = true, due = now }, expected) => {
    const obstacle = { kind, retryAtSeconds: due };
    expect(keepsCount(obstacle, wanted, breach, running(...ticks))).toBe(expected);
  });
});
