import type { Evidence } from '../contract/decision.ts';
import type { Field } from '../contract/measurement.ts';
import type { Analysis } from './analyze.ts';
import { type KnownBacklog, knownBacklog, projectBacklog, taskSteps } from './backlog.ts';
import { effectiveTasks } from './capacity.ts';
import { agreementOf, confidenceOf, measuredHow } from './confidence.ts';
import { countTasks, timeToClear, utilizationFor } from './count.ts';
import { evidenceOf } from './evidence.ts';
import { expectedArrivals, type Forecast, forecastArrivals } from './forecast.ts';
import type { LoopState } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import { freshPoint, missingFields, type Window } from './window.ts';
import type { CountWish, Wish } from './wish.ts';

type Stream = NonNullable<Analysis['stream']>;

/** Below this share of the objective lag is a buffer that is used, and no reason to hurry. */
const calmShare = 0.5;
/** A load of which fewer minutes are known than this is no reason for fewer tasks. */
const leastArrivalPoints = 5;
/** Below this certainty the model has guessed: fewer tasks come in steps, so that a wrong guess is seen in time. */
const knownCertainty = 0.5;
/** A CPU that a scale-in would bring above this speaks against it. */
const highestCpuPercent = 95;

/** Holds a service at its lag objective: how many tasks the load and the backlog need when new ones can help. */
export function lagWish(analysis: Analysis, loop: LoopState, context: ServiceContext): Wish {
  const { window, stream } = analysis;
  if (stream === undefined) throw new TypeError('the lag strategy is for services with a source');
  const missing = missingSignals(window, context);
  if (missing.length > 0) return withoutSignals(missing, analysis, stream, context);
  const known = knownBacklog(window, stream.flow);
  const outlook = outlookOf(window, stream, context);
  if (outlook === undefined || known === undefined) {
    return hold('insufficient-data', window, context, {});
  }
  return stream.capacity.source === 'unknown' || stream.capacity.source === 'floor'
    ? stepWish(window, stream, loop, context, outlook, known)
    : modelWish(window, stream, loop, context, outlook, known, stream.capacity.taskRatePerSecond);
}

/** What is needed and not fresh. A stream that no task reads has no iterator age, and needs none to be woken. */
export function missingSignals(window: Window, { sources }: ServiceContext): readonly Field[] {
  const missing = missingFields(window);
  const unread = sources[0]?.kind === 'kinesis' && window.observation.runningTasks === 0;
  return unread ? missing.filter((field) => field !== 'lagSeconds' && field !== 'meanLagSeconds') : missing;
}

function hold(
  reason: Extract<Wish, { kind: 'hold' }>['reason'],
  window: Window,
  context: ServiceContext,
  more: { readonly missing?: readonly Field[]; readonly evidence?: Partial<Evidence> },
): Wish {
  const measured = measuredHow(window, requiredOf(window));
  return {
    kind: 'hold',
    reason,
    ...(more.missing && { missing: more.missing }),
    confidence: confidenceOf({ ...measured, agreement: 0, certainty: 0 }),
    evidence: evidenceOf(window, context, more.evidence ?? {}),
  };
}

const requiredOf = (window: Window) => window.plan.filter((it) => it.required).map((it) => it.field);

/**
 * A needed signal is absent: nothing is scaled in. A queue's depth is current and says by itself when it must be
 * worked off, even while CloudWatch is still asleep, as it is for a quarter of an hour after a queue wakes.
 */
function withoutSignals(
  missing: readonly Field[],
  { window, bottlenecks }: Analysis,
  stream: Stream,
  context: ServiceContext,
): Wish {
  if (bottlenecks.some((it) => it.kind === 'not_reading')) {
    return hold('not-reading', window, context, { missing });
  }
  const depth = freshPoint(window, 'backlogRecords');
  const { desiredTasks } = window.observation;
  if (depth !== undefined && depth.value > 0) {
    const { taskRatePerSecond } = { taskRatePerSecond: undefined, ...stream.capacity };
    const { catchUpSeconds } = context.policy;
    const tasks =
      taskRatePerSecond === undefined || stream.capacity.source === 'floor'
        ? 1
        : Math.ceil(depth.value / (catchUpSeconds * taskRatePerSecond));
    if (tasks > desiredTasks) {
      return {
        kind: 'count',
        tasks,
        breach: false,
        reasonOut: 'demand-exceeds-capacity',
        reasonIn: 'capacity-exceeds-demand',
        objection: 'metrics-missing',
        confidence: confidenceOf({
          ...measuredHow(window, requiredOf(window)),
          agreement: 1,
          certainty: stream.capacity.certainty,
        }),
        evidence: evidenceOf(window, context, {
          wantedTasks: tasks,
          backlogRecords: depth.value,
          taskRatePerSecond,
          taskRateSource: stream.capacity.source,
          timeToClearSeconds: catchUpSeconds,
        }),
        model: {},
      };
    }
  }
  const absent = missing.some((field) => window.freshness[field]?.state === 'missing');
  return hold(absent ? 'metrics-missing' : 'metrics-stale', window, context, { missing });
}

/** What is to come, as far as it does not depend on what a task can do. */
type Outlook = {
  readonly forecast: Forecast;
  /** h: until a change that is decided now takes effect. */
  readonly horizonSeconds: number;
  readonly loadPerSecond: number;
  readonly utilization: number;
};

function outlookOf(window: Window, { flow }: Stream, { policy }: ServiceContext): Outlook | undefined {
  const horizonSeconds = policy.startupSeconds + policy.evaluationSeconds;
  const newest = flow.arrivals.at(-1);
  if (newest === undefined) return undefined;
  // What is seen late is answered late: the newest minute lies as far back as it takes CloudWatch to show it.
  const reactionSeconds = window.nowSeconds - newest.atSeconds + horizonSeconds;
  const forecast = forecastArrivals(flow.arrivals, reactionSeconds);
  return (
    forecast && {
      forecast,
      horizonSeconds,
      loadPerSecond: expectedArrivals(forecast, window.nowSeconds + horizonSeconds),
      utilization: utilizationFor(forecast.spread, policy.lagObjectiveSeconds, reactionSeconds),
    }
  );
}

/** Lag now; where it cannot be measured, because nobody reads, as old as what waits. */
function lagNow(window: Window, { flow }: Stream, known: KnownBacklog, forecast: Forecast): number {
  const measured = freshPoint(window, 'lagSeconds')?.value ?? flow.lag.at(-1)?.value;
  if (measured !== undefined && window.observation.runningTasks > 0) return measured;
  return forecast.levelPerSecond > 0 ? known.records / forecast.levelPerSecond : 0;
}

/** The right count, from the model. */
function modelWish(
  window: Window,
  stream: Stream,
  loop: LoopState,
  context: ServiceContext,
  outlook: Outlook,
  known: KnownBacklog,
  taskRatePerSecond: number,
): Wish {
  const { policy, sources } = context;
  const { forecast, horizonSeconds, loadPerSecond, utilization } = outlook;
  const partitions = sources[0]?.partitions;
  const { desiredTasks, runningTasks } = window.observation;
  const lagSeconds = lagNow(window, stream, known, forecast);
  const steps = taskSteps(
    window.taskCounts,
    { seconds: window.nowSeconds, runningTasks, desiredTasks },
    {
      changedAtSeconds: loop.changes.at(-1)?.atSeconds,
      startupSeconds: policy.startupSeconds,
      graceSeconds: policy.evaluationSeconds,
    },
  );
  const project = (atSeconds: number) =>
    projectBacklog(
      known,
      atSeconds,
      steps,
      { arrivals: stream.flow.arrivals, forecast },
      { taskRatePerSecond, partitions },
    );
  const backlogAtHorizonRecords = project(window.nowSeconds + horizonSeconds);
  const timeToClearSeconds = timeToClear(
    policy.lagObjectiveSeconds,
    lagSeconds,
    horizonSeconds,
    policy.catchUpSeconds,
  );
  const count = countTasks({
    taskRatePerSecond,
    ...(partitions !== undefined && { partitions }),
    loadPerSecond,
    utilization,
    backlogAtHorizonRecords,
    timeToClearSeconds,
    rebalanceSeconds: policy.rebalanceSeconds,
    currentTasks: desiredTasks,
  });
  const laterRecords = project(window.nowSeconds + horizonSeconds + policy.evaluationSeconds);
  const calmSeconds = calmShare * policy.lagObjectiveSeconds;
  const calm = lagSeconds < calmSeconds && laterRecords < calmSeconds * loadPerSecond;
  const bounded = boundUnsure(count.tasks, desiredTasks, stream.capacity.certainty, policy.scaleInStep);
  const cpuPercent = freshPoint(window, 'cpuPercent')?.value;
  const cpuAfterIn = cpuShared(cpuPercent, desiredTasks, bounded, partitions);
  const outward = count.tasks > desiredTasks;
  const votes = outward
    ? [true, lagSeconds >= calmSeconds, backlogAtHorizonRecords > known.records, !calm]
    : [
        true,
        lagSeconds < calmSeconds,
        calm,
        cpuAfterIn === undefined ? undefined : cpuAfterIn < highestCpuPercent,
      ];
  return {
    kind: 'count',
    tasks: bounded,
    breach: lagSeconds > policy.lagObjectiveSeconds && runningTasks > 0,
    reasonOut: lagSeconds > policy.lagObjectiveSeconds ? 'lag-objective-breached' : 'demand-exceeds-capacity',
    reasonIn: 'capacity-exceeds-demand',
    ...(calm && runningTasks > 0 && { patience: 'lag-budget' }),
    ...objectionTo({
      enough: stream.flow.arrivals.length >= leastArrivalPoints,
      agreed: lagSeconds < calmSeconds && (cpuAfterIn === undefined || cpuAfterIn < highestCpuPercent),
    }),
    ...(bounded !== count.tasks
      ? { limitedBy: 'scale-in-step' }
      : count.partitionsExhausted && { limitedBy: 'partitions' }),
    confidence: confidenceOf({
      ...measuredHow(window, requiredOf(window)),
      agreement: agreementOf(votes),
      certainty: stream.capacity.certainty,
    }),
    evidence: evidenceOf(window, context, {
      wantedTasks: count.tasks,
      forecastPerSecond: loadPerSecond,
      forecastBoundPerSecond: loadPerSecond * (1 + forecast.spread),
      horizonSeconds,
      taskRatePerSecond,
      taskRateCertainty: stream.capacity.certainty,
      taskRateSource: stream.capacity.source,
      backlogRecords: known.records,
      backlogAtHorizonRecords,
      lagSeconds,
      timeToClearSeconds,
      utilizationTarget: utilization,
      tasksForLoad: count.tasksForLoad,
      tasksForBacklog: count.tasksForBacklog,
    }),
    model: {
      ...(cpuPercent !== undefined && { cpuPercent }),
      ...(partitions !== undefined && { partitions }),
      stream: { taskRatePerSecond, loadPerSecond, backlogAtHorizonRecords, timeToClearSeconds },
    },
  };
}

/** E.g. a guess that 6 of 20 tasks would do goes to 14 first, with steps of 30 %. */
function boundUnsure(tasks: number, desiredTasks: number, certainty: number, scaleInStep: number): number {
  if (certainty >= knownCertainty) return tasks;
  return Math.max(tasks, Math.min(desiredTasks, Math.ceil(desiredTasks * (1 - scaleInStep))));
}

function cpuShared(
  cpuPercent: number | undefined,
  from: number,
  to: number,
  partitions: number | undefined,
): number | undefined {
  const after = effectiveTasks(to, partitions);
  if (cpuPercent === undefined || after <= 0) return undefined;
  return (cpuPercent * effectiveTasks(from, partitions)) / after;
}

function objectionTo(inward: {
  readonly enough: boolean;
  readonly agreed: boolean;
}): Pick<CountWish, 'objection'> {
  if (!inward.enough) return { objection: 'insufficient-data' };
  return inward.agreed ? {} : { objection: 'signals-disagree' };
}

/** What one task can do is not known: a step out when the lag says so, and nothing inward. */
function stepWish(
  window: Window,
  stream: Stream,
  loop: LoopState,
  context: ServiceContext,
  { forecast, horizonSeconds, loadPerSecond }: Outlook,
  known: KnownBacklog,
): Wish {
  const { policy } = context;
  const { desiredTasks, runningTasks } = window.observation;
  const lagSeconds = lagNow(window, stream, known, forecast);
  const pressing = lagSeconds > calmShare * policy.lagObjectiveSeconds;
  const waking = desiredTasks === 0 && (known.records > 0 || loadPerSecond > 0);
  const step = Math.max(1, Math.ceil(desiredTasks * policy.scaleOutStep));
  const changedAtSeconds = loop.changes.at(-1)?.atSeconds ?? 0;
  // Until the tasks of the last step show in the lag, which CloudWatch shows late, another step would be blind.
  const starting =
    runningTasks < desiredTasks || window.nowSeconds - changedAtSeconds < horizonSeconds + 2 * periodSeconds;
  return {
    kind: 'count',
    tasks: pressing || waking ? desiredTasks + step : desiredTasks,
    breach: false,
    reasonOut: 'unknown-capacity-step',
    reasonIn: 'capacity-exceeds-demand',
    ...(starting && !waking && { patience: 'tasks-starting' }),
    objection: 'capacity-unknown',
    confidence: confidenceOf({
      ...measuredHow(window, requiredOf(window)),
      agreement: agreementOf([pressing, lagSeconds > policy.lagObjectiveSeconds]),
      certainty: 0,
    }),
    evidence: evidenceOf(window, context, {
      forecastPerSecond: loadPerSecond,
      horizonSeconds,
      taskRateSource: stream.capacity.source,
      taskRateCertainty: 0,
      ...(stream.capacity.source === 'floor' && { taskRatePerSecond: stream.capacity.taskRatePerSecond }),
      backlogRecords: known.records,
      lagSeconds,
    }),
    model: {},
  };
}

const periodSeconds = 60;
