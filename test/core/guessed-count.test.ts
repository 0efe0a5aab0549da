import { describe, expect, it } from 'vitest';
import { guessedCount } from '../../lib/core/guessed-count.ts';
import type { Change } from '../../lib/core/loop-state.ts';
import { kinesisContext, loopOf, now, windowOf } from '../support/windows.ts';

const { policy } = kinesisContext({ scaleInStep: 0.3 });
const change = (agoSeconds: number, from: number, to: number): Change => ({
  atSeconds: now - agoSeconds,
  from,
  to,
  by: 'weir',
});

const count = (asked: number, desired: number, calm: boolean, ...changes: Change[]) =>
  guessedCount(asked, calm, windowOf({ tasks: desired }), loopOf({ changes }), policy);

describe('guessedCount', () => {
  it.each<[string, number, number, boolean, Change[], number]>([
    ['the worked number: 6 of 20', 6, 20, true, [], 14],
    ['the worked number: one of 2', 1, 2, true, [], 1],
    ['no further than what is asked for', 18, 20, true, [], 18],
    ['more are asked for', 25, 20, true, [], 25],
    ['the last step is too new to be seen', 6, 14, true, [change(180, 20, 14)], 14],
    ['the last step is seen', 6, 14, true, [change(300, 20, 14)], 10],
    ['a step out does not make one inward wait', 6, 14, true, [change(60, 12, 14)], 10],
    [
      'the lag says that the guess was wrong: what was enough comes back',
      9,
      10,
      false,
      [change(400, 20, 14), change(160, 14, 10)],
      20,
    ],
    ['more than that, if that is asked for', 25, 10, false, [change(160, 14, 10)], 25],
    ['what was enough an hour ago need not be', 9, 10, false, [change(3600, 14, 10)], 9],
  ])('%s', (_, asked, desired, calm, changes, expected) => {
    expect(count(asked, desired, calm, ...changes)).toBe(expected);
  });
});
