import { describe, expect, it } from 'vitest';
import { type Change, initialLoopState, recordChange } from '../../lib/core/loop-state.ts';
import { noon } from '../control/world.ts';
import { loopOf } from '../support/windows.ts';

const change = (index: number, by: Change['by'] = 'weir'): Change => ({
  atSeconds: noon + 60 * index,
  from: index,
  to: index + 1,
  by,
});

describe('recordChange', () => {
  it('keeps the count and who changed it; what was there is left as it is', () => {
    const before = loopOf({ advised: ['thrash'] });
    const after = recordChange(before, change(3, 'other'));
    expect(after).toEqual({ ...before, desiredTasks: 4, changes: [change(3, 'other')] });
    expect(before.changes).toEqual([]);
  });

  it('keeps the last five, newest last', () => {
    let state = initialLoopState;
    for (let index = 0; index < 8; index++) state = recordChange(state, change(index));
    expect(state.changes.map((it) => it.from)).toEqual([3, 4, 5, 6, 7]);
    expect(state.desiredTasks).toBe(8);
  });
});
