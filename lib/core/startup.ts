import type { LoopState } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import { quantile } from './statistics.ts';
import type { Window } from './window.ts';

/** The last so many orders of more tasks. */
const keptStartups = 8;
/** Fewer say nothing. */
const leastStartups = 3;
/** Most of the tasks are to be there when they are counted on. */
const startupQuantile = 0.75;
/** What takes longer has failed, and is no start. */
const longestSeconds = 3600;

/**
 * How long tasks took, at least, from the order until all of them ran: until the last tick at which some were not there.
 * With this tick's, if it is the first at which they are.
 * E.g. 4 tasks more, ordered at 12:00, three of them there at 12:02 and all at 12:03: 120 s.
 */
export function learnStartup(
  { observation, taskCounts }: Window,
  { changes, startups = [] }: LoopState,
): readonly number[] {
  const order = changes.at(-1);
  const before = taskCounts.at(-2);
  if (order === undefined || before === undefined || order.to <= order.from || observation.deploying)
    return startups;
  const complete = observation.desiredTasks === order.to && observation.runningTasks >= order.to;
  if (!complete || before.runningTasks >= order.to || before.atSeconds < order.atSeconds) return startups;
  const seconds = before.atSeconds - order.atSeconds;
  return seconds <= 0 || seconds > longestSeconds
    ? startups
    : [...startups, Math.round(seconds)].slice(-keptStartups);
}

/**
 * A service with the start-up time that its tasks take, where that is longer than what its policy says. ECS calls a task
 * running before it has read a record, so that less is not believed.
 */
export function withStartup<C extends ServiceContext>(context: C, { startups = [] }: LoopState): C {
  const learned = startups.length < leastStartups ? undefined : quantile(startups, startupQuantile);
  const { startupSeconds } = context.policy;
  if (learned === undefined || learned <= startupSeconds) return context;
  return { ...context, policy: { ...context.policy, startupSeconds: learned } };
}
