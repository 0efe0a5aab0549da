import type { LoopState } from './loop-state.ts';
import { hadFailure, type Observed } from './observed.ts';
import type { ServiceContext } from './plan.ts';
import { quantile } from './statistics.ts';
import type { Window } from './window.ts';

/** The last so many orders of more tasks. */
const keptStartups = 8;
/** Fewer say nothing. */
const leastStartups = 3;
/** Most of the tasks are to be there when they are counted on. */
const startupQuantile = 0.75;
/** Fewer real starts of a revision say less than the orders do. */
const leastStarts = 5;
/** What takes longer has failed, and is no start. */
const longestSeconds = 3600;

/**
 * How long tasks took, at least, from the order until all of them ran: until the last tick at which some were not there.
 * With this tick's, if it is the first at which they are.
 * Where tasks failed meanwhile, or found no place, that says nothing of how long a start takes.
 * E.g. 4 tasks more, ordered at 12:00, three of them there at 12:02 and all at 12:03: 120 s.
 */
export function learnStartup(
  { observation, taskCounts }: Window,
  { changes, startups = [] }: LoopState,
  observed?: Observed,
): readonly number[] {
  const order = changes.at(-1);
  const before = taskCounts.at(-2);
  if (order === undefined || before === undefined || order.to <= order.from || observation.deploying)
    return startups;
  const complete = observation.desiredTasks === order.to && observation.runningTasks >= order.to;
  if (!complete || before.runningTasks >= order.to || before.atSeconds < order.atSeconds) return startups;
  if (wasHeldUp(observed, order.atSeconds, before.atSeconds)) return startups;
  const seconds = before.atSeconds - order.atSeconds;
  return seconds <= 0 || seconds > longestSeconds
    ? startups
    : [...startups, Math.round(seconds)].slice(-keptStartups);
}

function wasHeldUp(observed: Observed | undefined, fromSeconds: number, untilSeconds: number): boolean {
  const { 'placement-failed': unplaced, 'start-impaired': impaired } = observed?.newest ?? {};
  const newestAt = Math.max(unplaced?.atSeconds ?? 0, impaired?.atSeconds ?? 0);
  return newestAt >= fromSeconds || hadFailure(observed, fromSeconds, untilSeconds);
}

/**
 * A service with the start-up time that its tasks take, where that is longer than what its policy says. Where ECS has told
 * of enough starts of the revision that runs, as each task took from its creation until it was RUNNING; otherwise as the
 * orders took. ECS creates what is ordered within seconds, where it finds a place.
 *
 * Less than the policy says is not believed, however well it is measured: RUNNING is not reading. A runtime boots and a
 * group takes a member in after that, which no event tells. Tasks that are counted on too early are ordered too few, and
 * their first minute would be learned as what a task can do; a start-up time that is too long costs some tasks for a
 * minute. Who knows that it is shorter says so in the policy.
 * E.g. of five starts of 60, 80, 90, 100 and 120 s three in four took 100 s at most: 100 s.
 */
export function withStartup<C extends ServiceContext>(
  context: C,
  { startups = [] }: LoopState,
  revision: string,
): C {
  const starts = (context.observed?.starts ?? []).filter((it) => it.revision === revision);
  const seen = starts.length >= leastStarts ? starts.map((it) => it.startupSeconds) : startups;
  const learned = seen.length < leastStartups ? undefined : quantile(seen, startupQuantile);
  const { startupSeconds } = context.policy;
  if (learned === undefined || learned <= startupSeconds) return context;
  return { ...context, policy: { ...context.policy, startupSeconds: Math.min(learned, longestSeconds) } };
}
