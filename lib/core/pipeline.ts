import type { Decision } from '../contract/decision.ts';
import type { Analysis } from './analyze.ts';
import { sharingOf } from './capacity.ts';
import { effectiveTasks } from './effective-tasks.ts';
import type { ServiceOutput } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import type { Flow } from './rates.ts';

/**
 * What a service sends on: as much as it processes now, and, once the tasks that it has decided to have consume, as much
 * as they can of what arrives and waits. Unknown without arrivals; where it is not known what a task can do, what arrives.
 * E.g. 4 tasks of 200 records/s, 800 of 1,500 records/s processed, 12,000 waiting with 120 s to clear them, and 9 tasks
 * from now on: 800 now, and min(9 · 200, 1,500 + 100) = 1,600 when they are there.
 */
export function outputOf(
  { window, stream }: Analysis,
  decision: Decision,
  context: ServiceContext,
): ServiceOutput | undefined {
  const { forecastPerSecond, backlogAtHorizonRecords = 0, timeToClearSeconds = 0 } = decision.evidence;
  const load = stream?.flow.arrivals.at(-1)?.value;
  if (stream === undefined || load === undefined) return undefined;
  const { capacity, memory } = stream;
  const able = (tasks: number): number =>
    capacity.source === 'unknown' || capacity.source === 'floor'
      ? Number.POSITIVE_INFINITY
      : capacity.taskRatePerSecond * effectiveTasks(tasks, sharingOf(memory, context));
  const { desiredTasks, runningTasks } = window.observation;
  const desired = decision.kind === 'scale' ? decision.to : desiredTasks;
  const clearing = timeToClearSeconds > 0 ? backlogAtHorizonRecords / timeToClearSeconds : 0;
  const nowSeconds = window.nowSeconds;
  return {
    atSeconds: nowSeconds,
    perSecond: Math.min(able(runningTasks), load),
    plannedPerSecond: Math.min(able(desired), Math.max(load, forecastPerSecond ?? 0) + clearing),
    fromSeconds: desired > runningTasks ? nowSeconds + context.policy.startupSeconds : nowSeconds,
  };
}

/** A plan is made anew each cadence; one that is older than so many belongs to a service that is not evaluated. */
const borneCadences = 3;
/** More than this a plan does not bring at once: it comes from a guess of what a task can do. */
const highestGrowth = 10;

/**
 * λ at a moment, as the services that feed this one plan it: what arrives now, times what they will send by then over
 * what they send now, for a record may become several on its way, or none. `undefined` where that is not known.
 * E.g. 1,600 records/s arrive, two for each that is processed upstream, where 800 are now and 1,600 are planned: 3,200.
 */
export function upstreamLoad(
  { upstream = [], policy }: ServiceContext,
  { arrivals }: Pick<Flow, 'arrivals'>,
  nowSeconds: number,
  atSeconds: number,
): number | undefined {
  const newest = arrivals.at(-1);
  const current = upstream.filter(
    (it) => nowSeconds - it.atSeconds <= borneCadences * policy.evaluationSeconds,
  );
  if (newest === undefined || current.length === 0 || current.length < upstream.length) return undefined;
  const now = current.reduce((sum, it) => sum + it.perSecond, 0);
  const planned = current.reduce(
    (sum, it) => sum + (it.fromSeconds <= atSeconds ? it.plannedPerSecond : it.perSecond),
    0,
  );
  return now > 0 ? newest.value * Math.min(highestGrowth, planned / now) : undefined;
}
