import type { Analysis } from './analyze.ts';
import { projectBacklog, taskSteps } from './backlog.ts';
import { withinBreaker } from './breaker.ts';
import { type CapacityEstimate, sharingOf } from './capacity.ts';
import { agreementOf, confidenceOf, measuredHow } from './confidence.ts';
import { correctedCount } from './corrected-count.ts';
import { type Count, countTasks, tasksForLoad, timeToClear } from './count.ts';
import type { Sharing } from './effective-tasks.ts';
import { evidenceOf } from './evidence.ts';
import { guessedCount, knownCertainty } from './guessed-count.ts';
import { hotLagOf } from './hot-partition.ts';
import type { LoopState } from './loop-state.ts';
import { holdWish, isIdleQueue, missingSignals, wishWithoutSignals } from './missing-signals.ts';
import { preferenceOf } from './objective.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import type { ServiceContext } from './plan.ts';
import { wishByStep, wishForLateStream, wishWithoutLoad } from './unknown-capacity.ts';
import { freshPoint, type Window } from './window.ts';
import type { CountWish, Wish } from './wish.ts';

/** Holds a service at its lag objective: how many tasks the load and the backlog need when new ones can help. */
export function lagWish(analysis: Analysis, loop: LoopState, context: ServiceContext): Wish {
  const { window, stream } = analysis;
  if (stream === undefined) throw new TypeError('the lag strategy is for services with a source');
  if (isIdleQueue(window, context)) return holdWish('at-minimum', window, context);
  const missing = missingSignals(window, context);
  if (missing.length > 0)
    return wishForLateStream(analysis, loop, context) ?? wishWithoutSignals(missing, analysis, context);
  const outlook = outlookOf(window, stream, context);
  if (outlook === undefined) return wishWithoutLoad(analysis, loop, context);
  const { capacity } = stream;
  const wish =
    capacity.source === 'saturated' || capacity.source === 'busy'
      ? wishByModel(analysis, planByModel(window, stream, loop, context, outlook, capacity), loop, context)
      : wishByStep(analysis, loop, context, outlook);
  return withinBreaker(wish, window, stream.breaker.breaker, context.policy);
}

type KnownCapacity = Extract<CapacityEstimate, { source: 'saturated' | 'busy' }>;

/** What the model says. */
type ModelPlan = {
  readonly outlook: Outlook;
  readonly capacity: KnownCapacity;
  readonly sharing: Sharing;
  readonly count: Count;
  /** What the newest minute's load needs. */
  readonly measuredTasks: number;
  readonly backlogAtHorizonRecords: number;
  readonly timeToClearSeconds: number;
  /** Lag is, and stays until the next decision can take effect, well inside the objective. */
  readonly calm: boolean;
  /** Load minutes that are known. */
  readonly arrivalPoints: number;
};

/** Where all partitions are far behind it is not the hot one that holds the others up: then more tasks help them. */
function sharingNow(window: Window, sharing: Sharing, lagObjectiveSeconds: number): Sharing {
  const typicalSeconds = freshPoint(window, 'typicalLagSeconds') ?? freshPoint(window, 'meanLagSeconds');
  if (typicalSeconds === undefined || typicalSeconds.value < lagObjectiveSeconds) return sharing;
  const { hottestShare, ...even } = sharing;
  return even;
}

/** Catch-up times within which a hot partition is worked off: it holds few of the records, and costs many tasks. */
const hotCatchUps = 4;

function planByModel(
  window: Window,
  { flow, memory }: NonNullable<Analysis['stream']>,
  loop: LoopState,
  context: ServiceContext,
  outlook: Outlook,
  capacity: KnownCapacity,
): ModelPlan {
  const { policy } = context;
  const { taskRatePerSecond } = capacity;
  const { horizonSeconds, loadPerSecond, utilization, lagSeconds } = outlook;
  const sharing = sharingNow(window, sharingOf(memory, context), policy.lagObjectiveSeconds);
  const steps = taskSteps(window.taskCounts, window, {
    changedAtSeconds: loop.changes.at(-1)?.atSeconds,
    startupSeconds: policy.startupSeconds,
    graceSeconds: policy.evaluationSeconds,
  });
  // The load of the horizon may come from elsewhere than the trend, and from the first moment that new tasks could help.
  const atLeast = { perSecond: loadPerSecond, fromSeconds: window.nowSeconds + policy.startupSeconds };
  const load = { arrivals: flow.arrivals, forecast: outlook.forecast, atLeast };
  const project = (aheadSeconds: number) =>
    projectBacklog(outlook.backlog, window.nowSeconds + aheadSeconds, steps, load, {
      taskRatePerSecond,
      sharing,
    });
  // Only its own task can work a hot partition off: that counts as if all of them were behind, with more time for it.
  const hotLagSeconds = sharing.hottestShare === undefined ? 0 : (hotLagOf(window) ?? 0);
  const hotRecords = (hotLagSeconds * loadPerSecond) / hotCatchUps;
  const backlogAtHorizonRecords = Math.max(project(horizonSeconds), hotRecords);
  const { lagObjectiveSeconds, catchUpSeconds, evaluationSeconds } = policy;
  const timeToClearSeconds = timeToClear(lagObjectiveSeconds, lagSeconds, horizonSeconds, catchUpSeconds);
  const calmSeconds =
    preferenceOf(policy).calmShare * Math.max(0, lagObjectiveSeconds - 2 * policy.rebalanceSeconds);
  const needs = {
    taskRatePerSecond,
    sharing,
    loadPerSecond,
    utilization,
    backlogAtHorizonRecords,
    timeToClearSeconds,
    rebalanceSeconds: policy.rebalanceSeconds,
    currentTasks: window.observation.desiredTasks,
  };
  return {
    outlook,
    capacity,
    sharing,
    count: countTasks(needs),
    measuredTasks: tasksForLoad({ ...needs, loadPerSecond: outlook.forecast.levelPerSecond }),
    backlogAtHorizonRecords,
    timeToClearSeconds,
    calm:
      lagSeconds < calmSeconds && project(horizonSeconds + evaluationSeconds) <= calmSeconds * loadPerSecond,
    arrivalPoints: flow.arrivals.length,
  };
}

/** Of a load of which fewer minutes are known than this, nothing is said inward. */
const leastArrivalPoints = 5;

function wishByModel(
  analysis: Analysis,
  plan: ModelPlan,
  loop: LoopState,
  context: ServiceContext,
): CountWish {
  const { window } = analysis;
  const { outlook, capacity, count, calm } = plan;
  const { policy } = context;
  const { desiredTasks, runningTasks } = window.observation;
  const late = outlook.lagSeconds > policy.lagObjectiveSeconds;
  const asked = correctedCount(count.tasks, late, analysis, loop, context);
  const tasks = capacity.certainty < knownCertainty ? guessedCount(asked, calm, window, loop, policy) : asked;
  // How many tasks a hot partition can use is known with its share: its lag asks for no more.
  const hot = plan.sharing.hottestShare !== undefined && hotLagOf(window) !== undefined;
  const low = hot || outlook.lagSeconds < preferenceOf(policy).calmShare * policy.lagObjectiveSeconds;
  const cpuPercent = freshPoint(window, 'cpuPercent')?.value;
  const full = areFull(window);
  const votes =
    tasks > desiredTasks
      ? [true, !low, plan.backlogAtHorizonRecords > outlook.backlog.records, !calm]
      : [true, low, calm, full === undefined ? undefined : !full];
  return {
    kind: 'count',
    tasks,
    measuredTasks: plan.measuredTasks,
    breach: late && runningTasks > 0,
    reasonOut: late ? 'lag-objective-breached' : 'demand-exceeds-capacity',
    reasonIn: 'capacity-exceeds-demand',
    ...(calm && runningTasks > 0 && { patience: 'lag-budget' }),
    ...objectionTo(plan.arrivalPoints, low && full !== true),
    ...limitedBy(tasks, asked, count),
    confidence: confidenceOf({
      ...measuredHow(window),
      agreement: agreementOf(votes),
      certainty: capacity.certainty,
    }),
    evidence: evidenceOf(window, context, evidenceOfPlan(plan, asked)),
    model: {
      ...(cpuPercent !== undefined && { cpuPercent }),
      sharing: plan.sharing,
      stream: {
        taskRatePerSecond: capacity.taskRatePerSecond,
        loadPerSecond: outlook.loadPerSecond,
        backlogAtHorizonRecords: plan.backlogAtHorizonRecords,
        timeToClearSeconds: plan.timeToClearSeconds,
      },
    },
  };
}

function limitedBy(tasks: number, asked: number, count: Count): Pick<CountWish, 'limitedBy'> {
  if (tasks !== asked) return { limitedBy: 'scale-in-step' };
  if (asked < count.tasks) return { limitedBy: 'breaker' };
  return count.partitionsExhausted ? { limitedBy: 'partitions' } : {};
}

function evidenceOfPlan(plan: ModelPlan, asked: number) {
  const { outlook, capacity, count } = plan;
  return {
    wantedTasks: asked,
    forecastPerSecond: outlook.loadPerSecond,
    forecastBoundPerSecond: outlook.loadPerSecond * (1 + outlook.forecast.spread),
    horizonSeconds: outlook.horizonSeconds,
    taskRatePerSecond: capacity.taskRatePerSecond,
    taskRateCertainty: capacity.certainty,
    taskRateSource: capacity.source,
    backlogRecords: outlook.backlog.records,
    backlogAtHorizonRecords: plan.backlogAtHorizonRecords,
    lagSeconds: outlook.lagSeconds,
    timeToClearSeconds: plan.timeToClearSeconds,
    hottestShare: plan.sharing.hottestShare,
    utilizationTarget: outlook.utilization,
    tasksForLoad: count.tasksForLoad,
    tasksForBacklog: count.tasksForBacklog,
  };
}

/** CPU as old as this still says something of now, and from so much on the tasks are full. */
const currentCpuSeconds = 180;
const fullCpuPercent = 90;

/** Whether the tasks are full now: then none can be spared, whatever the load says. Unknown without a current CPU. */
function areFull(window: Window): boolean | undefined {
  const cpu = freshPoint(window, 'cpuPercent');
  if (cpu === undefined || window.nowSeconds - cpu.atSeconds > currentCpuSeconds) return undefined;
  return cpu.value >= fullCpuPercent;
}

function objectionTo(arrivalPoints: number, agreed: boolean): Pick<CountWish, 'objection'> {
  if (arrivalPoints < leastArrivalPoints) return { objection: 'insufficient-data' };
  return agreed ? {} : { objection: 'signals-disagree' };
}
