import type { Decision, HoldReason } from '../contract/decision.ts';
import type { Analysis } from './analyze.ts';
import { sharingOf } from './capacity.ts';
import { effectiveTasks } from './effective-tasks.ts';
import { preferenceOf } from './objective.ts';
import type { ServiceContext } from './plan.ts';
import { isAsleep } from './several.ts';
import { agentsReport, freshLag } from './window.ts';
import { worstRiseAt } from './worst-rise.ts';

/** Metrics are read again after this at the latest. */
const longestSeconds = 300;
/** CloudWatch shows a minute so long after it began. */
const shownSeconds = 120;
/** Nothing is wanted, or nothing can be given. Whatever else is held for may change with the next point. */
const restful: ReadonlySet<HoldReason> = new Set<HoldReason>(['on-target', 'at-minimum']);

/**
 * Until when a service's metrics need not be read again, its count being as it is: a load that rose meanwhile as it never
 * has would be seen, and tasks ordered then would work, before lag passed what the objective regards as calm. `undefined`
 * where the next tick must look.
 */
export function restUntil(
  { window, stream, bottlenecks }: Analysis,
  decision: Decision,
  context: ServiceContext,
): number | undefined {
  const { policy, model, upstream } = context;
  const { runningTasks, desiredTasks, deploying } = window.observation;
  const worstRisePerSecond =
    model?.worstRisesPerSecond && worstRiseAt(model.worstRisesPerSecond, window.nowSeconds);
  const settled = runningTasks === desiredTasks && runningTasks > 0 && !deploying;
  if (decision.kind !== 'hold' || !restful.has(decision.reason) || !settled) return undefined;
  // Agents tell at once what happens; so do services that feed this one, by what they plan.
  if (stream === undefined || agentsReport(window) || upstream !== undefined) return undefined;
  if (worstRisePerSecond === undefined || bottlenecks.length > 0) return undefined;
  // What comes when a queue wakes is in no history: only its depth tells.
  if (window.streams.some(isAsleep)) return undefined;
  const { flow, memory, provenRatePerSecond } = stream;
  const load = flow.arrivals.at(-1);
  const lag = freshLag(window);
  if (load === undefined || lag === undefined || provenRatePerSecond === undefined) return undefined;
  const breachSeconds = timeToBreach({
    loadPerSecond: load.value,
    worstRisePerSecond,
    capacityPerSecond: provenRatePerSecond * effectiveTasks(runningTasks, sharingOf(memory, context)),
    spareSeconds: preferenceOf(policy).calmShare * policy.lagObjectiveSeconds - lag.value,
  });
  const { evaluationSeconds, startupSeconds, rebalanceSeconds } = policy;
  const answerSeconds = shownSeconds + startupSeconds + rebalanceSeconds;
  const seconds = Math.min(longestSeconds, breachSeconds - answerSeconds);
  const ticks = Math.floor(seconds / evaluationSeconds);
  // A second less than whole ticks: they come on time, or a little late.
  return ticks < 2 ? undefined : window.nowSeconds + ticks * evaluationSeconds - evaluationSeconds / 2;
}

/**
 * How long it takes until lag has grown by `spareSeconds` if the load rises at once by the most that it was ever seen to:
 * spare · (λ + r) / (λ + r − c), and never where the tasks can do that.
 * E.g. 1,000 records/s, tasks that can do 1,050, at most 150 more within a quarter of an hour, 39 s to spare:
 * 39 · 1,150 / 100 = 448.5 s.
 */
export function timeToBreach({
  loadPerSecond,
  worstRisePerSecond,
  capacityPerSecond,
  spareSeconds,
}: {
  readonly loadPerSecond: number;
  readonly worstRisePerSecond: number;
  readonly capacityPerSecond: number;
  readonly spareSeconds: number;
}): number {
  const risen = loadPerSecond + worstRisePerSecond;
  if (risen <= capacityPerSecond) return Number.POSITIVE_INFINITY;
  return (Math.max(0, spareSeconds) * risen) / (risen - capacityPerSecond);
}
