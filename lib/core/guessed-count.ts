import type { Policy } from '../config/policy.ts';
import type { LoopState } from './loop-state.ts';
import { cooldownOf } from './patience.ts';
import { leastAfterStep } from './steps.ts';
import type { Window } from './window.ts';

/** Below this certainty the model has guessed what a task can do. */
export const knownCertainty = 0.5;

/** A count that was enough so lately is one to go back to. */
const rememberedSeconds = 900;

/**
 * What to make of a count that rests on a guess. Fewer tasks come in steps, each a while after the last, so that a wrong
 * guess is seen in time. And when it is, when after such a step the lag is no longer calm, those that were enough before
 * it come back at once: what they can do is no guess.
 * E.g. a guess that 6 of 20 tasks would do goes to 14 first, with steps of 30 %; one of 2 goes to 1.
 */
export function guessedCount(
  tasks: number,
  calm: boolean,
  window: Window,
  { changes }: LoopState,
  policy: Policy,
): number {
  const { nowSeconds, observation } = window;
  const { desiredTasks } = observation;
  const inward = changes.filter((it) => it.to < it.from && nowSeconds - it.atSeconds < rememberedSeconds);
  if (!calm) return Math.max(tasks, ...inward.map((it) => it.from));
  if (tasks >= desiredTasks) return tasks;
  const newest = inward.at(-1)?.atSeconds ?? Number.NEGATIVE_INFINITY;
  if (nowSeconds - newest < 2 * cooldownOf(policy, window)) return desiredTasks;
  return Math.max(tasks, Math.min(desiredTasks - 1, leastAfterStep(desiredTasks, policy.scaleInStep)));
}
