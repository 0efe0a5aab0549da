import { type ForeignChange, type LoopState, recordChange } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import type { Window } from './window.ts';

/**
 * ECS's API is eventually consistent: for so long after a change of Weir's own, the count before it says nothing.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
const inconsistentSeconds = 60;

/** A restoration that did not succeed within this time is no restoration any more. */
const restorableSeconds = 600;

/**
 * What has become of the count since the last tick, and the state with it; `desiredTasks` is what the next is to find. A count that came with a new primary
 * deployment was written into a template when nobody knew today's load: where it is smaller, Weir puts its own back. Any
 * other was set on purpose, and stands for the policy's time; where Weir only advises, it may be its own advice.
 */
export function noticeOthers(
  { window }: { readonly window: Window },
  loop: LoopState,
  { policy, mode }: ServiceContext,
): { readonly loop: LoopState; readonly desiredTasks: number; readonly change?: ForeignChange } {
  const { nowSeconds, observation } = window;
  const { desiredTasks: to, deployment } = observation;
  const { deployment: deployedBefore, restore, yieldUntilSeconds, ...rest } = loop;
  const seen: LoopState = { ...rest, ...(deployment !== undefined && { deployment }) };
  const from = loop.desiredTasks;
  const behind = from !== undefined && from !== to && isBehind(to, loop, nowSeconds);
  if (from === undefined || from === to || behind) {
    const pending = restore !== undefined && to < restore.tasks && nowSeconds < restore.untilSeconds;
    const yields = yieldUntilSeconds !== undefined && nowSeconds < yieldUntilSeconds;
    return {
      loop: { ...seen, ...(pending && { restore }), ...(yields && { yieldUntilSeconds }) },
      desiredTasks: behind ? from : to,
    };
  }
  const redeployed =
    deployment !== undefined && deployedBefore !== undefined && deployment !== deployedBefore;
  const by = redeployed ? 'deployment' : 'other';
  const changed = recordChange(seen, { atSeconds: nowSeconds, from, to, by });
  if (redeployed) {
    // One that is reset twice goes back to what it had at first.
    const tasks = Math.max(from, restore?.tasks ?? 0);
    if (to >= tasks) return { loop: changed, desiredTasks: to, change: { by, from, to } };
    const untilSeconds = nowSeconds + restorableSeconds;
    return {
      loop: { ...changed, restore: { tasks, untilSeconds } },
      desiredTasks: to,
      change: { by, from, to, restoreTasks: tasks },
    };
  }
  if (mode === 'recommend' || policy.yieldSeconds === 0)
    return { loop: changed, desiredTasks: to, change: { by, from, to } };
  const until = nowSeconds + policy.yieldSeconds;
  return {
    loop: { ...changed, yieldUntilSeconds: until },
    desiredTasks: to,
    change: { by, from, to, yieldUntilSeconds: until },
  };
}

/** Whether ECS shows the count that Weir has just moved from. Had somebody else put it back, it would stay so. */
function isBehind(tasks: number, { changes }: LoopState, nowSeconds: number): boolean {
  const last = changes.at(-1);
  return last?.by === 'weir' && last.from === tasks && nowSeconds - last.atSeconds < inconsistentSeconds;
}
