import type { Policy } from '../config/policy.ts';
import type { Field } from '../contract/measurement.ts';
import type { Analysis } from './analyze.ts';
import { agreementOf, confidenceOf, measuredHow } from './confidence.ts';
import { evidenceOf } from './evidence.ts';
import type { LoopState } from './loop-state.ts';
import { absenceOf, holdWish } from './missing-signals.ts';
import type { ServiceContext } from './plan.ts';
import { maximum, mean } from './statistics.ts';
import { leastAfterStep, leastToBear, stepOut } from './steps.ts';
import { freshPoint, missingFields, type Window } from './window.ts';
import type { Wish } from './wish.ts';

/** A signal and the share of its target at which it stands. */
export type Pressure = { readonly field: Field; readonly factor: number };

/**
 * Outward: two minutes, so that one spike moves nothing; where ECS has a point every 20 s, three of them. For as long, new
 * tasks that have begun to work do not show.
 */
const visibleSeconds = ({ utilizationSeconds }: Policy) => Math.max(60, 2 * utilizationSeconds);
/** Inward: the highest of five minutes. */
const inwardSeconds = 300;
/** Nothing says what one task can do: the thresholds are a rule, not a model. */
const ruleCertainty = 0.5;

/**
 * Holds a service without a stream at its utilization: factor = max(CPU ÷ target, memory ÷ target, p95 ÷ target,
 * throughput per task ÷ target), of what is measured; out by a step above the upper threshold, in by a step below the
 * lower.
 * E.g. CPU 63 % of a target of 70, memory 40 of 80: the factor is 0.9, above 0.8, and 4 tasks become 6.
 */
export function thresholdWish({ window }: Analysis, loop: LoopState, context: ServiceContext): Wish {
  const { policy } = context;
  const { desiredTasks, runningTasks } = window.observation;
  const missing = missingFields(window);
  const measured = measuredHow(window);
  const outward = pressures(window, context, visibleSeconds(policy), mean);
  const outFactor = maximum(outward.map((it) => it.factor));
  // The last minutes of tasks that were all taken away say nothing of whether some are wanted.
  const rising = desiredTasks > 0 && outFactor !== undefined && outFactor > policy.scaleOutThreshold;
  if (outFactor === undefined || (missing.length > 0 && !rising)) {
    return holdWish(absenceOf(window, missing), window, context, missing);
  }
  const inward = pressures(window, context, inwardSeconds, maximum);
  const inFactor = maximum(inward.map((it) => it.factor)) ?? outFactor;
  // Tasks above the desired count are on their way out and leave their share of the load to the others.
  const borne = inFactor * Math.max(1, runningTasks / Math.max(1, desiredTasks));
  const tasks = rising
    ? stepOut(desiredTasks, policy.scaleOutStep)
    : borne < policy.scaleInThreshold
      ? stepIn(desiredTasks, policy.scaleInStep, borne, policy.scaleOutThreshold)
      : desiredTasks;
  const cpuPercent = freshPoint(window, 'cpuPercent')?.value;
  const changedAtSeconds = loop.changes.at(-1)?.atSeconds ?? 0;
  const unseen = window.nowSeconds - changedAtSeconds < policy.startupSeconds + visibleSeconds(policy);
  const votes = rising
    ? outward.map((it) => it.factor > policy.scaleOutThreshold)
    : inward.map((it) => it.factor < policy.scaleInThreshold);
  return {
    kind: 'count',
    tasks,
    breach: outFactor > 1 && !unseen,
    reasonOut: 'utilization-high',
    reasonIn: 'utilization-low',
    ...((runningTasks < desiredTasks || unseen) && { patience: 'tasks-starting' }),
    confidence: confidenceOf({ ...measured, agreement: agreementOf(votes), certainty: ruleCertainty }),
    evidence: evidenceOf(window, context, { wantedTasks: tasks, factor: rising ? outFactor : inFactor }),
    model: cpuPercent === undefined ? {} : { cpuPercent },
  };
}

/** Each fresh signal's value over its last `seconds`, as a share of its target. */
function pressures(
  window: Window,
  { policy }: ServiceContext,
  seconds: number,
  over: (values: readonly number[]) => number | undefined,
): Pressure[] {
  const { cpuTargetPercent, memoryTargetPercent, p95TargetMs, throughputTargetPerTask } = policy;
  const tasks = Math.max(1, window.observation.runningTasks);
  const targets: readonly (readonly [Field, number | undefined])[] = [
    ['cpuPercent', cpuTargetPercent],
    ['memoryPercent', memoryTargetPercent],
    ['p95Ms', p95TargetMs],
    ['processedPerSecond', throughputTargetPerTask && throughputTargetPerTask * tasks],
  ];
  return targets.flatMap(([field, target]) => {
    const newest = freshPoint(window, field);
    if (newest === undefined || target === undefined) return [];
    const points = (window.series[field] ?? []).filter((it) => it.atSeconds > newest.atSeconds - seconds);
    const value = over(points.map((it) => it.value));
    return value === undefined ? [] : [{ field, factor: value / target }];
  });
}

/**
 * Fewer by at most the step, and never so few that the load, shared out anew, would be above the upper threshold: that
 * would be undone at once. At least one task stays: without any, there is no CPU to wake a service by. Where none is
 * wanted, none is.
 * E.g. 10 tasks at a factor of 0.3 and a step of 30 %: 7. 2 tasks at 0.45: one would stand at 0.9, so 2 stay.
 */
export function stepIn(tasks: number, step: number, factor: number, outThreshold: number): number {
  const stepped = Math.min(tasks - 1, leastAfterStep(tasks, step));
  return Math.min(tasks, Math.max(1, stepped, leastToBear(tasks, factor, outThreshold)));
}
