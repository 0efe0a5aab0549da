import type { Analysis } from './analyze.ts';
import { projectBacklog, taskSteps } from './backlog.ts';
import { withinBreaker } from './breaker.ts';
import type { CapacityEstimate } from './capacity.ts';
import { agreementOf, confidenceOf, measuredHow } from './confidence.ts';
import { type Count, countTasks, timeToClear } from './count.ts';
import { evidenceOf } from './evidence.ts';
import type { LoopState } from './loop-state.ts';
import { holdWish, isIdleQueue, missingSignals, wishWithoutSignals } from './missing-signals.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import type { ServiceContext } from './plan.ts';
import { leastAfterStep, stepOut } from './steps.ts';
import { wishByStep, wishWithoutLoad } from './unknown-capacity.ts';
import { freshPoint, type Window } from './window.ts';
import type { CountWish, Wish } from './wish.ts';

/** Holds a service at its lag objective: how many tasks the load and the backlog need when new ones can help. */
export function lagWish(analysis: Analysis, loop: LoopState, context: ServiceContext): Wish {
  const { window, stream } = analysis;
  if (stream === undefined) throw new TypeError('the lag strategy is for services with a source');
  if (isIdleQueue(window, context)) return holdWish('at-minimum', window, context);
  const missing = missingSignals(window, context);
  if (missing.length > 0) return wishWithoutSignals(missing, analysis, context);
  const outlook = outlookOf(window, stream, context);
  if (outlook === undefined) return wishWithoutLoad(analysis, loop, context);
  const { capacity } = stream;
  const wish =
    capacity.source === 'saturated' || capacity.source === 'busy'
      ? wishByModel(analysis, planByModel(window, stream, loop, context, outlook, capacity), context)
      : wishByStep(analysis, loop, context, outlook);
  return withinBreaker(wish, window, stream.breaker.breaker, context.policy);
}

type KnownCapacity = Extract<CapacityEstimate, { source: 'saturated' | 'busy' }>;

/** What the model says. */
type ModelPlan = {
  readonly outlook: Outlook;
  readonly capacity: KnownCapacity;
  readonly count: Count;
  readonly backlogAtHorizonRecords: number;
  readonly timeToClearSeconds: number;
  /** Lag is, and stays until the next decision can take effect, well inside the objective. */
  readonly calm: boolean;
  /** Load minutes that are known. */
  readonly arrivalPoints: number;
};

/** Below this share of the objective lag is a buffer that is used, and no reason to hurry. */
const calmShare = 0.5;

function planByModel(
  window: Window,
  { flow }: NonNullable<Analysis['stream']>,
  loop: LoopState,
  { policy, sources }: ServiceContext,
  outlook: Outlook,
  capacity: KnownCapacity,
): ModelPlan {
  const { taskRatePerSecond } = capacity;
  const { horizonSeconds, loadPerSecond, utilization, lagSeconds } = outlook;
  const partitions = sources[0]?.partitions;
  const steps = taskSteps(window.taskCounts, window, {
    changedAtSeconds: loop.changes.at(-1)?.atSeconds,
    startupSeconds: policy.startupSeconds,
    graceSeconds: policy.evaluationSeconds,
  });
  const load = { arrivals: flow.arrivals, forecast: outlook.forecast };
  const project = (aheadSeconds: number) =>
    projectBacklog(outlook.backlog, window.nowSeconds + aheadSeconds, steps, load, {
      taskRatePerSecond,
      partitions,
    });
  const backlogAtHorizonRecords = project(horizonSeconds);
  const { lagObjectiveSeconds, catchUpSeconds, evaluationSeconds } = policy;
  const timeToClearSeconds = timeToClear(lagObjectiveSeconds, lagSeconds, horizonSeconds, catchUpSeconds);
  const calmSeconds = calmShare * lagObjectiveSeconds;
  return {
    outlook,
    capacity,
    count: countTasks({
      taskRatePerSecond,
      ...(partitions !== undefined && { partitions }),
      loadPerSecond,
      utilization,
      backlogAtHorizonRecords,
      timeToClearSeconds,
      rebalanceSeconds: policy.rebalanceSeconds,
      currentTasks: window.observation.desiredTasks,
    }),
    backlogAtHorizonRecords,
    timeToClearSeconds,
    calm:
      lagSeconds < calmSeconds && project(horizonSeconds + evaluationSeconds) <= calmSeconds * loadPerSecond,
    arrivalPoints: flow.arrivals.length,
  };
}

/** Of a load of which fewer minutes are known than this, nothing is said inward. */
const leastArrivalPoints = 5;

function wishByModel({ window, stream }: Analysis, plan: ModelPlan, context: ServiceContext): CountWish {
  const { outlook, capacity, count, calm } = plan;
  const { policy, sources } = context;
  const { desiredTasks, runningTasks } = window.observation;
  const partitions = sources[0]?.partitions;
  const late = outlook.lagSeconds > policy.lagObjectiveSeconds;
  const probes = late && count.tasks <= desiredTasks && isContradicted(window, stream, capacity);
  const asked = probes ? stepOut(desiredTasks, policy.scaleOutStep) : count.tasks;
  const tasks = boundUnsure(asked, desiredTasks, capacity.certainty, policy.scaleInStep);
  const low = outlook.lagSeconds < calmShare * policy.lagObjectiveSeconds;
  const cpuPercent = freshPoint(window, 'cpuPercent')?.value;
  const full = areFull(window);
  const votes =
    tasks > desiredTasks
      ? [true, !low, plan.backlogAtHorizonRecords > outlook.backlog.records, !calm]
      : [true, low, calm, full === undefined ? undefined : !full];
  return {
    kind: 'count',
    tasks,
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
      ...(partitions !== undefined && { partitions }),
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
    utilizationTarget: outlook.utilization,
    tasksForLoad: count.tasksForLoad,
    tasksForBacklog: count.tasksForBacklog,
  };
}

/** Tasks that are full and do so much less than the model says contradict it, if they have for as many minutes. */
const contradictingShare = 0.7;
const contradictingMinutes = 3;
const contradictingSeconds = 900;

/**
 * Whether the tasks that run, full for minutes, do much less than the model says. Either each of them does less than it
 * did, or something behind them is the limit: one step more tells which, and breaker.ts reads the answer.
 */
function isContradicted(
  { nowSeconds, observation }: Window,
  stream: Analysis['stream'],
  { taskRatePerSecond }: KnownCapacity,
): boolean {
  const here = (stream?.memory.saturated ?? []).filter(
    (it) => it.tasks === observation.runningTasks && it.atSeconds > nowSeconds - contradictingSeconds,
  );
  return (
    here.length >= contradictingMinutes &&
    here.every((it) => it.perTaskPerSecond < contradictingShare * taskRatePerSecond)
  );
}

/** Below this certainty the model has guessed: fewer tasks come in steps, so that a wrong guess is seen in time. */
const knownCertainty = 0.5;

/** E.g. a guess that 6 of 20 tasks would do goes to 14 first, with steps of 30 %. */
function boundUnsure(tasks: number, desiredTasks: number, certainty: number, scaleInStep: number): number {
  if (certainty >= knownCertainty) return tasks;
  return Math.max(tasks, Math.min(desiredTasks, leastAfterStep(desiredTasks, scaleInStep)));
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
