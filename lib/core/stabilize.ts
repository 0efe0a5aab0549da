import type { Policy } from '../config/policy.ts';
import type { LoopState } from './loop-state.ts';
import { stabilizationOf } from './patience.ts';
import { missingFields, type Window } from './window.ts';
import type { Wish } from './wish.ts';

type Wanted = LoopState['wanted'];

/** Ticks further apart than this many cadences leave a hole in what is known. */
const borneCadences = 3;

/**
 * The counts that were needed within the stabilization window, newest last. Of two, the later and larger one makes the
 * earlier one superfluous, so that the list falls, stays short, and begins with the largest. Where a signal was missing, or had not been asked for a while, the count that was there stands in, so that a scale-in waits the whole
 * window from then on.
 * E.g. 9, 7, 8, 5 wanted in turn are kept as 9, 8, 5.
 */
export function rememberWanted(wish: Wish, window: Window, loop: LoopState, policy: Policy): Wanted {
  const { nowSeconds, observation } = window;
  const newest = loop.wanted.at(-1);
  const continuous =
    newest !== undefined &&
    nowSeconds <=
      Math.max(newest.atSeconds, loop.restUntilSeconds ?? 0) + borneCadences * policy.evaluationSeconds;
  const known = wish.kind === 'count' && missingFields(window).length === 0;
  const tasks =
    known && continuous
      ? (wish.measuredTasks ?? wish.tasks)
      : Math.max(observation.desiredTasks, wish.kind === 'count' ? wish.tasks : 0);
  return [
    ...loop.wanted.filter(
      (it) => it.atSeconds > nowSeconds - stabilizationOf(policy, window) && it.tasks > tasks,
    ),
    { atSeconds: nowSeconds, tasks },
  ];
}

/** The largest count that was wanted within the window; 0 if none was. */
export function largestWanted(wanted: Wanted): number {
  return wanted[0]?.tasks ?? 0;
}
