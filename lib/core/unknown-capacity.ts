import type { Analysis } from './analyze.ts';
import { agreementOf, confidenceOf, measuredHow } from './confidence.ts';
import { evidenceOf } from './evidence.ts';
import type { LoopState } from './loop-state.ts';
import { holdWish } from './missing-signals.ts';
import type { Outlook } from './outlook.ts';
import type { ServiceContext } from './plan.ts';
import { lagOf } from './several.ts';
import { maximum } from './statistics.ts';
import { stepOut } from './steps.ts';
import { freshLag, freshPoint } from './window.ts';
import type { CountWish, Wish } from './wish.ts';

/** From this share of the objective on, lag asks for more tasks. */
const pressingShare = 0.5;
/** CloudWatch shows what new tasks do two minutes later. */
const visibleSeconds = 120;

/** What a step is taken on. Neither the load nor what waits need be known. */
type Signs = Pick<Outlook, 'horizonSeconds' | 'lagSeconds'> &
  Partial<Pick<Outlook, 'loadPerSecond' | 'backlog'>>;

/**
 * Where the load is not known, neither is what a task can do: X = λ − dL/dt. A topic on a cluster whose monitoring level is
 * DEFAULT is such a case. Its backlog and its lag say when to take a step; without them nothing is to be done.
 */
export function wishWithoutLoad(analysis: Analysis, loop: LoopState, context: ServiceContext): Wish {
  const { window } = analysis;
  const backlog = freshPoint(window, 'backlogRecords');
  const lag = freshLag(window);
  if (backlog === undefined || lag === undefined) return holdWish('insufficient-data', window, context);
  const { startupSeconds, evaluationSeconds } = context.policy;
  return wishByStep(analysis, loop, context, {
    horizonSeconds: startupSeconds + evaluationSeconds,
    backlog: { atSeconds: backlog.atSeconds, records: backlog.value },
    lagSeconds: lag.value,
  });
}

/**
 * One of several streams is late, and that is known, while another says nothing: a step, whatever the other would say.
 * `undefined` where none is late.
 */
export function wishForLateStream(
  analysis: Analysis,
  loop: LoopState,
  context: ServiceContext,
): Wish | undefined {
  const { window } = analysis;
  const { startupSeconds, evaluationSeconds, lagObjectiveSeconds } = context.policy;
  const lagSeconds = window.streams.length > 1 ? maximum(window.streams.flatMap((it) => lagOf(it) ?? [])) : 0;
  if (lagSeconds === undefined || lagSeconds <= lagObjectiveSeconds) return undefined;
  return wishByStep(analysis, loop, context, {
    horizonSeconds: startupSeconds + evaluationSeconds,
    lagSeconds,
  });
}

/** What one task can do is not known: a step out when the lag asks for it, and nothing inward. */
export function wishByStep(
  { window, stream }: Analysis,
  loop: LoopState,
  context: ServiceContext,
  { loadPerSecond, horizonSeconds, backlog, lagSeconds }: Signs,
): CountWish {
  const { policy } = context;
  const { desiredTasks, runningTasks } = window.observation;
  const pressing = lagSeconds > pressingShare * policy.lagObjectiveSeconds;
  const waking = desiredTasks === 0 && ((backlog?.records ?? 0) > 0 || (loadPerSecond ?? 0) > 0);
  const changedAtSeconds = loop.changes.at(-1)?.atSeconds;
  // Until the tasks of the last step show in the lag, another step would be blind.
  const unseen =
    changedAtSeconds !== undefined && window.nowSeconds - changedAtSeconds < horizonSeconds + visibleSeconds;
  const tasks = pressing || waking ? stepOut(desiredTasks, policy.scaleOutStep) : desiredTasks;
  const capacity = stream?.capacity;
  return {
    kind: 'count',
    tasks,
    breach: false,
    reasonOut: 'unknown-capacity-step',
    reasonIn: 'capacity-exceeds-demand',
    ...((runningTasks < desiredTasks || unseen) && { patience: 'tasks-starting' }),
    objection: 'capacity-unknown',
    confidence: confidenceOf({
      ...measuredHow(window),
      agreement: agreementOf([pressing, lagSeconds > policy.lagObjectiveSeconds]),
      certainty: 0,
    }),
    evidence: evidenceOf(window, context, {
      wantedTasks: tasks,
      forecastPerSecond: loadPerSecond,
      horizonSeconds,
      taskRatePerSecond: capacity?.source === 'floor' ? capacity.taskRatePerSecond : undefined,
      taskRateCertainty: 0,
      taskRateSource: capacity?.source,
      backlogRecords: backlog?.records,
      lagSeconds,
    }),
    model: {},
  };
}
