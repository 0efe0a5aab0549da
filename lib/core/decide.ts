import type { Clamp, Decision, HoldDecision, HoldReason, ScaleReason } from '../contract/decision.ts';
import type { Analysis } from './analyze.ts';
import { approvalOf } from './approval.ts';
import { keepsCount, obstacleTo } from './cannot-start.ts';
import { isPaused } from './control.ts';
import { estimateImpact } from './impact.ts';
import { lagWish } from './lag-strategy.ts';
import type { LoopState } from './loop-state.ts';
import { strategyOf } from './measure.ts';
import { absenceOf, missingSignals } from './missing-signals.ts';
import { noticeOthers } from './others.ts';
import { cooldownOf } from './patience.ts';
import { outputOf } from './pipeline.ts';
import type { Plan, ServiceContext } from './plan.ts';
import { atWork } from './protection.ts';
import { recommend } from './recommend.ts';
import { restUntil } from './rest.ts';
import { largestWanted, rememberWanted } from './stabilize.ts';
import { learnStartup } from './startup.ts';
import { clamp } from './statistics.ts';
import { stepOut } from './steps.ts';
import { thresholdWish } from './threshold-strategy.ts';
import { toldOf } from './told.ts';
import { missingFields } from './window.ts';
import type { CountWish, Wish } from './wish.ts';

/** Decides what to do with a service, and what is worth telling. Total: every tick ends in a scale or a hold. */
export function decide(analysis: Analysis, loop: LoopState, context: ServiceContext): Plan {
  const { loop: seen, desiredTasks, change: foreign } = noticeOthers(analysis, loop, context);
  const wish =
    strategyOf(context.sources) === 'lag'
      ? lagWish(analysis, seen, context)
      : thresholdWish(analysis, seen, context);
  const wanted = rememberWanted(wish, analysis.window, seen, context.policy);
  const judged = judge(wish, analysis, { ...seen, wanted }, context);
  const { nowSeconds } = analysis.window;
  const free = unlessPaused(judged, wish, context, nowSeconds);
  const { decision, ...approval } = approvalOf(free, seen, context, nowSeconds);
  const missing = trackMissing(analysis, seen, context);
  const advice = recommend(analysis, seen, context);
  const held = decision.kind === 'hold' ? toldOf(decision.reason, loop) : undefined;
  const startups = learnStartup(analysis.window, seen, context.observed);
  const output = outputOf(analysis, decision, context);
  const restUntilSeconds = restUntil(analysis, decision, context);
  const stepped = analysis.stream?.breaker;
  return {
    decision,
    tellDecision: held === undefined || held.tell,
    detected: analysis.detected,
    cleared: analysis.cleared,
    advice: advice.fresh,
    ...(context.mode === 'approve' && { approval }),
    ...(foreign && { foreign }),
    ...(missing.told && { missing: missing.told }),
    ...(stepped?.change && { breaker: stepped.change }),
    next: {
      ...lasting(seen, decision),
      desiredTasks,
      ...(analysis.stream && { capacity: analysis.stream.memory }),
      ...(stepped?.breaker && { breaker: stepped.breaker }),
      ...(startups.length > 0 && { startups }),
      ...(output && { output }),
      wanted,
      ...held?.next,
      ...(restUntilSeconds !== undefined && { restUntilSeconds }),
      ...(missing.next && { missing: missing.next }),
      bottlenecks: analysis.bottlenecks,
      pastBottlenecks: analysis.past,
      advised: advice.standing,
    },
  };
}

/** What of the state stands until something else is said. Whatever Weir does itself ends its yielding. */
function lasting(loop: LoopState, decision: Decision): LoopState {
  const {
    heldFor,
    heldTold,
    restUntilSeconds,
    missing,
    breaker,
    output,
    yieldUntilSeconds,
    pending,
    ...rest
  } = loop;
  const yields = decision.kind === 'hold' && yieldUntilSeconds !== undefined;
  return { ...rest, ...(yields && { yieldUntilSeconds }) };
}

/** The policy's limits, then the safety of a change, in the order in which a person would ask. */
function judge(wish: Wish, analysis: Analysis, loop: LoopState, context: ServiceContext): Decision {
  const { minTasks, maxTasks } = context.policy;
  const { desiredTasks } = analysis.window.observation;
  const limited = wish.kind === 'count' ? clamp(wish.tasks, minTasks, maxTasks) : desiredTasks;
  const restored = clamp(loop.restore?.tasks ?? 0, minTasks, maxTasks);
  if (loop.restore !== undefined && desiredTasks < restored) {
    const further = wish.kind === 'count' && limited > restored;
    return scale(
      wish,
      desiredTasks,
      further ? limited : restored,
      further ? wish.reasonOut : 'deployment-reset',
    );
  }
  const { yieldUntilSeconds } = loop;
  const breach = wish.kind === 'count' && wish.breach;
  if (yieldUntilSeconds !== undefined && !(breach && limited > desiredTasks)) {
    return hold({ ...wish, evidence: { ...wish.evidence, yieldUntilSeconds } }, 'yielding');
  }
  if (desiredTasks < minTasks) {
    const further = wish.kind === 'count' && limited > minTasks;
    return scale(wish, desiredTasks, Math.max(limited, minTasks), further ? wish.reasonOut : 'below-minimum');
  }
  const { window, bottlenecks } = analysis;
  const obstacle = obstacleTo(bottlenecks, loop, window, context.policy.startupSeconds);
  // It comes before the wish's own reason to hold: where no task stays nobody reads, and what is read is not known.
  if (obstacle !== undefined && keepsCount(obstacle, limited, breach, window)) {
    const { retryAtSeconds } = obstacle;
    return hold({ ...wish, evidence: { ...wish.evidence, retryAtSeconds } }, 'tasks-cannot-start');
  }
  if (wish.kind === 'hold') return hold(wish, wish.reason);
  if (limited > desiredTasks) return outward(wish, limited, analysis, context, obstacle !== undefined);
  if (limited < desiredTasks) return inward(wish, limited, analysis, loop, context);
  return hold(wish, restingReason(wish, analysis), clampOf(wish, limited));
}

/** A pause is a person's word: not even a missed objective goes past it. */
function unlessPaused(
  decision: Decision,
  wish: Wish,
  { control }: ServiceContext,
  nowSeconds: number,
): Decision {
  const paused = decision.kind === 'scale' && isPaused(control, decision.direction, nowSeconds);
  return paused
    ? hold({ ...wish, evidence: { ...wish.evidence, wantedTasks: decision.to } }, 'paused')
    : decision;
}

/** Why a count that the limits leave as it is, is. */
function restingReason(wish: CountWish, { window }: Analysis): HoldReason {
  const { desiredTasks, runningTasks } = window.observation;
  if (wish.tasks > desiredTasks) return 'at-maximum';
  if (wish.limitedBy === 'partitions') return 'partitions-exhausted';
  if (wish.limitedBy === 'breaker') return 'breaker-open';
  if (wish.tasks < desiredTasks) return 'at-minimum';
  return runningTasks < desiredTasks ? 'tasks-starting' : 'on-target';
}

/** Less confidence than this bounds the step of a scale-out; it never forbids one. */
const boldConfidence = 0.5;

function outward(
  wish: CountWish,
  to: number,
  { window }: Analysis,
  { policy }: ServiceContext,
  isTrial: boolean,
): Decision {
  const { desiredTasks } = window.observation;
  if (wish.patience !== undefined && !wish.breach) return hold(wish, wish.patience);
  const step = stepOut(desiredTasks, policy.scaleOutStep);
  const careful = isTrial || wish.confidence < boldConfidence ? Math.min(to, step) : to;
  const limitedBy = careful < to ? 'low-confidence-step' : clampOf(wish, to);
  return scale(wish, desiredTasks, careful, wish.reasonOut, limitedBy);
}

function inward(
  wish: CountWish,
  limited: number,
  { window }: Analysis,
  loop: LoopState,
  { policy }: ServiceContext,
): Decision {
  const { desiredTasks, deploying } = window.observation;
  const missing = missingFields(window);
  if (missing.length > 0) return { ...hold(wish, absenceOf(window, missing)), missing: [...missing] };
  if (deploying) return hold(wish, 'deployment-in-progress');
  const above = desiredTasks > policy.maxTasks;
  if (wish.objection !== undefined && !(above && wish.objection === 'capacity-unknown')) {
    return hold(wish, wish.objection);
  }
  const changedAtSeconds = loop.changes.at(-1)?.atSeconds;
  if (changedAtSeconds !== undefined && window.nowSeconds - changedAtSeconds < cooldownOf(policy, window)) {
    return hold(wish, 'cooldown');
  }
  const stable = clamp(largestWanted(loop.wanted), policy.minTasks, policy.maxTasks);
  if (stable >= desiredTasks) return hold(wish, 'stabilizing', 'stabilization');
  const busyTasks = atWork(window, policy);
  if (busyTasks === undefined) return { ...hold(wish, 'metrics-missing'), missing: ['protectedTasks'] };
  const to = Math.max(limited, stable, busyTasks);
  if (to >= desiredTasks) return hold(wish, 'tasks-busy', 'protection');
  if (above && to === policy.maxTasks) return scale(wish, desiredTasks, to, 'above-maximum', 'maximum');
  if (wish.confidence < policy.scaleInConfidence) return hold(wish, 'low-confidence');
  if (!isWorthwhile(desiredTasks, to, policy)) return hold(wish, 'saving-too-small');
  const cut = to > stable ? 'protection' : 'stabilization';
  return scale(wish, desiredTasks, to, wish.reasonIn, to > limited ? cut : clampOf(wish, to));
}

/** A saving counts for as long as this: longer than most changes last, shorter than a season. */
const savingSeconds = 1800;

/**
 * Whether fewer tasks save more than the change costs: all tasks stand still for the rebalance, and those that go have
 * to be started again one day.
 * E.g. 20 tasks, a rebalance of 30 s, starts of 60 s: one task fewer saves 1,800 task-seconds and costs 600 + 60; it is
 * worth it. 100 tasks and a rebalance of 60 s: 1,800 against 6,060; only four at once are.
 */
export function isWorthwhile(
  from: number,
  to: number,
  {
    rebalanceSeconds,
    startupSeconds,
  }: { readonly rebalanceSeconds: number; readonly startupSeconds: number },
): boolean {
  return (from - to) * savingSeconds > from * rebalanceSeconds + (from - to) * startupSeconds;
}

/** What cut the wish to `to`. */
function clampOf(wish: CountWish, to: number): Clamp | undefined {
  if (to < wish.tasks) return 'maximum';
  if (to > wish.tasks) return 'minimum';
  return wish.limitedBy;
}

function hold(wish: Wish, reason: HoldReason, limitedBy?: Clamp): HoldDecision {
  const { confidence, evidence } = wish;
  return {
    kind: 'hold',
    reason,
    ...(wish.kind === 'hold' && wish.missing && { missing: [...wish.missing] }),
    confidence,
    ...(limitedBy && { limitedBy }),
    evidence,
  };
}

function scale(wish: Wish, from: number, to: number, reason: ScaleReason, limitedBy?: Clamp): Decision {
  const { confidence, evidence } = wish;
  return {
    kind: 'scale',
    direction: to > from ? 'out' : 'in',
    from,
    to,
    reason,
    confidence,
    ...(limitedBy && { limitedBy }),
    evidence,
    impact: estimateImpact(wish.kind === 'count' ? wish.model : {}, from, to),
  };
}

type Missing = {
  readonly next?: NonNullable<LoopState['missing']>;
  readonly told?: NonNullable<Plan['missing']>;
};

/** How long needed signals have been absent, and whether that is to be told now: once, until they are back. */
function trackMissing({ window }: Analysis, loop: LoopState, context: ServiceContext): Missing {
  const fields = missingSignals(window, context);
  if (fields.length === 0) return {};
  const sinceSeconds = loop.missing?.sinceSeconds ?? window.nowSeconds;
  const due = window.nowSeconds - sinceSeconds >= context.policy.metricsMissingSeconds;
  const toldBefore = loop.missing?.told === true;
  return {
    next: { sinceSeconds, fields, told: toldBefore || due },
    ...(due && !toldBefore && { told: { fields, sinceSeconds } }),
  };
}
