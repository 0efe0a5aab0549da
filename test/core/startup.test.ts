import { describe, expect, it } from 'vitest';
import type { Change } from '../../lib/core/loop-state.ts';
import { nothingObserved, type Observed } from '../../lib/core/observed.ts';
import { learnStartup, withStartup } from '../../lib/core/startup.ts';
import { kinesisContext, loopOf, now, repeated, type WindowOptions, windowOf } from '../support/windows.ts';

const context = kinesisContext();
const order = (agoSeconds: number, from = 4, to = 8): Change => ({
  atSeconds: now - agoSeconds,
  from,
  to,
  by: 'weir',
});

/** 8 tasks are desired; of the newest ticks, how many run. */
const running = (...newest: number[]): WindowOptions => ({
  context,
  tasks: 8,
  observed: (index) => ({
    desiredTasks: 8,
    runningTasks: [...repeated(4, 60 - newest.length), ...newest][index]!,
  }),
});

const learned = (options: WindowOptions, ...changes: Change[]) =>
  learnStartup(windowOf(options), loopOf({ changes }));

describe('learnStartup', () => {
  it('the worked number: ordered at 12:00, three of four there at 12:02, all at 12:03: 120 s', () => {
    expect(learned(running(4, 4, 7, 8), order(180))).toEqual([120]);
  });

  it.each<[string, WindowOptions, Change[]]>([
    ['some are not there yet', running(4, 4, 4, 7), [order(180)]],
    ['they have been there before', running(4, 4, 8, 8), [order(180)]],
    ['they were there at the next tick', running(4, 8), [order(60)]],
    ['fewer were ordered', running(4, 4, 7, 8), [order(180, 12, 8)]],
    ['nothing was ordered', running(4, 4, 7, 8), []],
    ['another count is desired by now', running(4, 4, 7, 8), [order(180, 4, 9)]],
  ])('nothing: %s', (_, options, changes) => expect(learned(options, ...changes)).toEqual([]));

  it('nothing of a deployment', () => {
    const { observed, ...options } = running(4, 4, 7, 8);
    const deploying: WindowOptions = {
      ...options,
      observed: (index) => ({ ...observed!(index), deploying: true }),
    };
    expect(learned(deploying, order(180))).toEqual([]);
  });

  it('keeps the last eight', () => {
    const startups = [1, 2, 3, 4, 5, 6, 7, 8];
    const loop = loopOf({ changes: [order(180)], startups });
    expect(learnStartup(windowOf(running(4, 4, 7, 8)), loop)).toEqual([2, 3, 4, 5, 6, 7, 8, 120]);
  });
});

describe('learnStartup, where tasks could not start', () => {
  const failure = { task: 'a', revision: 'orders:12', atSeconds: now - 90, ranSeconds: 20 };
  it.each<[string, Partial<Observed>, number[]]>([
    ['one failed meanwhile', { failures: [failure] }, []],
    ['one had failed before', { failures: [{ ...failure, atSeconds: now - 200 }] }, [120]],
    ['one found no place', { newest: { 'placement-failed': { atSeconds: now - 90 } } }, []],
    ['one had found none before', { newest: { 'placement-failed': { atSeconds: now - 200 } } }, [120]],
    ['ECS could not start them', { newest: { 'start-impaired': { atSeconds: now - 90 } } }, []],
  ])('%s', (_, observed, expected) => {
    const loop = loopOf({ changes: [order(180)] });
    const seen = { ...nothingObserved, ...observed };
    expect(learnStartup(windowOf(running(4, 4, 7, 8)), loop, seen)).toEqual(expected);
  });
});

describe('withStartup', () => {
  const startupOf = (startups: number[], observed?: Observed) =>
    withStartup({ ...context, ...(observed && { observed }) }, loopOf({ startups }), 'orders:12').policy
      .startupSeconds;

  it.each<[string, number[], number]>([
    ['what three of four starts took', [120, 180, 180, 240], 195],
    ['less than the policy is not believed: running is not reading', [10, 10, 10], 60],
    ['two starts say nothing', [300, 300], 60],
    ['none', [], 60],
  ])('%s', (_, startups, expected) => expect(startupOf(startups)).toBe(expected));

  const starts = (revision: string, ...seconds: number[]): Observed => ({
    ...nothingObserved,
    starts: seconds.map((startupSeconds, index) => ({
      task: `${index}`,
      revision,
      atSeconds: now - index,
      startupSeconds,
    })),
  });

  it.each<[string, number[], Observed, number]>([
    [
      'the worked number: of five real starts three in four took 100 s',
      [],
      starts('orders:12', 60, 80, 90, 100, 120),
      100,
    ],
    [
      'real starts are better than what orders took',
      [300, 300, 300],
      starts('orders:12', 60, 80, 90, 100, 120),
      100,
    ],
    [
      'four real starts say less than three orders',
      [300, 300, 300],
      starts('orders:12', 60, 80, 90, 100),
      300,
    ],
    ['those of another revision say nothing', [], starts('orders:11', 60, 80, 90, 100, 120), 60],
    [
      'less than the policy is not believed, though it was measured',
      [],
      starts('orders:12', 20, 20, 20, 20, 20),
      60,
    ],
  ])('%s', (_, startups, observed, expected) => expect(startupOf(startups, observed)).toBe(expected));
});
