import { type ForeignChange, type LoopState, recordChange } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import type { Window } from './window.ts';

/** A restoration that did not succeed within this time is no restoration any more. */
const restorableSeconds = 600;

/**
 * What has become of the count since the last tick, and the state with it. A count that came with a new primary
 * deployment was written into a template when nobody knew today's load: where it is smaller, Weir puts its own back. Any
 * other was set on purpose, and stands for the policy's time; where Weir only advises, it may be its own advice.
 */
export function noticeOthers(
  { window }: { readonly window: Window },
  loop: LoopState,
  { policy, mode }: ServiceContext,
): { readonly loop: LoopState; readonly change?: ForeignChange } {
  const { nowSeconds, observation } = window;
  const { desiredTasks: to, deployment } = observation;
  const { deployment: deployedBefore, restore, yieldUntilSeconds, ...rest } = loop;
  const seen: LoopState = { ...rest, ...(deployment !== undefined && { deployment }) };
  const from = loop.desiredTasks;
  if (from === undefined || from === to) {
    const pending = restore !== undefined && to < restore.tasks && nowSeconds < restore.untilSeconds;
    const yields = yieldUntilSeconds !== undefined && nowSeconds < yieldUntilSeconds;
    return { loop: { ...seen, ...(pending && { restore }), ...(yields && { yieldUntilSeconds }) } };
  }
  const redeployed =
    deployment !== undefined && deployedBefore !== undefined && deployment !== deployedBefore;
  const by = redeployed ? 'deployment' : 'other';
  const changed = recordChange(seen, { atSeconds: nowSeconds, from, to, by });
  if (redeployed) {
    // One that is reset twice goes back to what it had at first.
    const tasks = Math.max(from, restore?.tasks ?? 0);
    if (to >= tasks) return { loop: changed, change: { by, from, to } };
    const untilSeconds = nowSeconds + restorableSeconds;
    return {
      loop: { ...changed, restore: { tasks, untilSeconds } },
      change: { by, from, to, restoreTasks: tasks },
    };
  }
  if (mode === 'recommend' || policy.yieldSeconds === 0) return { loop: changed, change: { by, from, to } };
  const until = nowSeconds + policy.yieldSeconds;
  return {
    loop: { ...changed, yieldUntilSeconds: until },
    change: { by, from, to, yieldUntilSeconds: until },
  };
}
