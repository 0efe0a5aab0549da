import type { Analysis } from './analyze.ts';
import { hotLagOf } from './hot-partition.ts';
import type { LoopState } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import { stepOut } from './steps.ts';
import { partitionsOf } from './streams.ts';
import type { Window } from './window.ts';

/** Tasks that do much less than they are known to, for so many minutes, have become slower. */
const slowerMinutes = 3;

/**
 * The count that the model asks for, where what is seen contradicts the model.
 * Tasks that do much less than so many are known to: while they wait for something, or that is not known, no more are
 * asked for, and breaker.ts takes back those that bring nothing; where their CPU is full each has become slower, and one
 * step more is asked for at a time. And where the objective is missed and goes on being missed with a count that the
 * model calls enough, the model is wrong: one step more, whatever it says.
 */
export function correctedCount(
  tasks: number,
  late: boolean,
  { window, stream }: Analysis,
  loop: LoopState,
  context: ServiceContext,
): number {
  const { desiredTasks } = window.observation;
  const { scaleOutStep } = context.policy;
  const shortfall = stream?.shortfall;
  if (shortfall !== undefined && shortfall.full !== true) return Math.min(tasks, desiredTasks);
  if (!late || tasks > desiredTasks) return tasks;
  const slower = shortfall !== undefined && shortfall.minutes >= slowerMinutes;
  if (!slower && !isStuck(window, stream, loop, context)) return tasks;
  const most = partitionsOf(context.sources) ?? Number.POSITIVE_INFINITY;
  return Math.max(tasks, Math.min(most, stepOut(desiredTasks, scaleOutStep)));
}

/** So long after new tasks are there, CloudWatch shows what they do, and five minutes of it. */
const provingSeconds = 420;

/** Late all that time, by no less at its end, with a count that did not change, and not for one partition alone. */
function isStuck(
  window: Window,
  stream: Analysis['stream'],
  { changes }: LoopState,
  { policy }: ServiceContext,
): boolean {
  const { nowSeconds, observation } = window;
  const { startupSeconds, lagObjectiveSeconds } = policy;
  const changedAtSeconds = changes.at(-1)?.atSeconds ?? 0;
  if (observation.runningTasks < observation.desiredTasks || hotLagOf(window) !== undefined) return false;
  if (nowSeconds - changedAtSeconds < startupSeconds + provingSeconds) return false;
  const recent = (stream?.flow.lag ?? []).filter((it) => it.atSeconds > nowSeconds - provingSeconds);
  const [first, last] = [recent[0], recent.at(-1)];
  return (
    first !== undefined &&
    last !== undefined &&
    last.atSeconds - first.atSeconds >= provingSeconds / 2 &&
    last.value >= first.value &&
    recent.every((it) => it.value > lagObjectiveSeconds)
  );
}
