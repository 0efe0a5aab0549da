import { describe, expect, it } from 'vitest';
import type { LoopState } from '../../lib/core/loop-state.ts';
import { noticeOthers } from '../../lib/core/others.ts';
import { kinesisContext, loopOf, now, windowOf } from '../support/windows.ts';

const context = kinesisContext();

/** A tick that finds so many tasks, of the deployment `ecs-svc/1` unless given. */
function noticed(
  tasks: number,
  before: Partial<LoopState>,
  {
    deployment = 'ecs-svc/1',
    ...more
  }: { deployment?: string; mode?: 'recommend'; yieldSeconds?: number } = {},
) {
  const { mode, yieldSeconds } = more;
  const window = windowOf({ tasks, values: {}, observation: { deployment } });
  return noticeOthers({ window }, loopOf({ deployment: 'ecs-svc/1', ...before }), {
    ...(yieldSeconds === undefined ? context : kinesisContext({ yieldSeconds })),
    ...(mode && { mode }),
  });
}

describe('noticeOthers', () => {
  it.each<[string, Partial<LoopState>]>([
    ['the first tick knows no count before', {}],
    ['the count is the one that was left', { desiredTasks: 4 }],
  ])('no change: %s', (_, before) => {
    const { loop, change } = noticed(4, before);
    expect(change).toBeUndefined();
    expect(loop).toMatchObject({ changes: [], deployment: 'ecs-svc/1' });
  });

  it.each([
    [12, 'more'],
    [2, 'fewer'],
  ])('a person sets %i instead of 4, %s: it stands for the time that the policy says', (tasks) => {
    const { loop, change } = noticed(tasks, { desiredTasks: 4 }, { yieldSeconds: 600 });
    expect(change).toEqual({ by: 'other', from: 4, to: tasks, yieldUntilSeconds: now + 600 });
    expect(loop).toMatchObject({
      yieldUntilSeconds: now + 600,
      changes: [{ atSeconds: now, from: 4, to: tasks, by: 'other' }],
    });
  });

  it.each([
    ['the policy yields to nobody', { yieldSeconds: 0 }],
    ['Weir only advises, and may have been followed', { mode: 'recommend' as const }],
  ])('noticed, and not yielded to: %s', (_, more) => {
    const { loop, change } = noticed(9, { desiredTasks: 4 }, more);
    expect(change).toEqual({ by: 'other', from: 4, to: 9 });
    expect(loop).not.toHaveProperty('yieldUntilSeconds');
  });

  it.each<[string, number, number, boolean]>([
    ['the count before it, a moment later, is of before it', 4, 30, false],
    ['the count before it, a minute later, was put back', 4, 60, true],
    ['any other count was set', 7, 30, true],
  ])("after a change of Weir's own, from 4 to 9: %s", (_, tasks, agoSeconds, changed) => {
    const changes = [{ atSeconds: now - agoSeconds, from: 4, to: 9, by: 'weir' as const }];
    const { change, desiredTasks } = noticed(tasks, { desiredTasks: 9, changes });
    expect(change !== undefined).toBe(changed);
    expect(desiredTasks).toBe(changed ? tasks : 9);
  });

  it('yielding lasts until its end, and no longer', () => {
    const until = { desiredTasks: 4, yieldUntilSeconds: now + 1 };
    expect(noticed(4, until).loop).toMatchObject({ yieldUntilSeconds: now + 1 });
    expect(noticed(4, { ...until, yieldUntilSeconds: now }).loop).not.toHaveProperty('yieldUntilSeconds');
  });

  it('a smaller count with a new deployment is a reset: the one before is to be put back', () => {
    const { loop, change } = noticed(2, { desiredTasks: 40 }, { deployment: 'ecs-svc/2' });
    expect(change).toEqual({ by: 'deployment', from: 40, to: 2, restoreTasks: 40 });
    expect(loop).toMatchObject({ restore: { tasks: 40 }, deployment: 'ecs-svc/2' });
    expect(loop).not.toHaveProperty('yieldUntilSeconds');
  });

  it('a larger count with a new deployment does no harm, and is not yielded to', () => {
    const { loop, change } = noticed(10, { desiredTasks: 4 }, { deployment: 'ecs-svc/2' });
    expect(change).toEqual({ by: 'deployment', from: 4, to: 10 });
    expect(loop).not.toHaveProperty('restore');
  });

  it('a new deployment that leaves the count alone is none of this', () => {
    expect(noticed(4, { desiredTasks: 4 }, { deployment: 'ecs-svc/2' }).change).toBeUndefined();
  });

  it('two resets in a row go back to what there was at first', () => {
    const before = { desiredTasks: 5, restore: { tasks: 40, untilSeconds: now + 300 } };
    expect(noticed(2, before, { deployment: 'ecs-svc/3' }).change).toMatchObject({ restoreTasks: 40 });
  });

  it.each<[string, number, number, boolean]>([
    ['while it has not come about', 2, now + 1, true],
    ['no more once the count is there', 40, now + 1, false],
    ['no more once its time is over', 2, now, false],
  ])('a count is put back %s', (_, tasks, untilSeconds, stands) => {
    const { loop } = noticed(tasks, { desiredTasks: tasks, restore: { tasks: 40, untilSeconds } });
    expect('restore' in loop).toBe(stands);
  });

  it('a person who sets a count while one is to be put back has the last word', () => {
    const before = { desiredTasks: 2, restore: { tasks: 40, untilSeconds: now + 300 } };
    const { loop } = noticed(6, before);
    expect(loop).not.toHaveProperty('restore');
    expect(loop).toHaveProperty('yieldUntilSeconds');
  });
});
