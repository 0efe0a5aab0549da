import type { HoldReason } from '../contract/decision.ts';
import type { Field } from '../contract/measurement.ts';
import type { Analysis } from './analyze.ts';
import { depthsOf } from './backlog.ts';
import { confidenceOf, measuredHow } from './confidence.ts';
import { tasksFor } from './effective-tasks.ts';
import { evidenceOf } from './evidence.ts';
import type { ServiceContext } from './plan.ts';
import { isKnownByLag } from './streams.ts';
import { freshPoint, missingFields, type Window } from './window.ts';
import type { Wish } from './wish.ts';

/** What nobody knows of a stream that nobody reads; among several, nor of all together. */
const unreadFields: ReadonlySet<Field> = new Set<Field>(['lagSeconds', 'meanLagSeconds', 'backlogRecords']);

/**
 * What is needed and not fresh. A stream that no task reads has no iterator age, and needs none to be woken; a queue
 * that is empty and at its minimum asks for nothing, and CloudWatch tells nothing of it after some hours.
 */
export function missingSignals(window: Window, context: ServiceContext): readonly Field[] {
  const missing = missingFields(window);
  if (missing.length === 0 || isIdleQueue(window, context)) return [];
  const unread =
    window.observation.runningTasks === 0 && window.streams.some((it) => isKnownByLag(it.stream));
  return unread ? missing.filter((field) => !unreadFields.has(field)) : missing;
}

/** Nothing waits, nothing is heard of, in any queue, and there is nothing to spare. */
export function isIdleQueue(window: Window, { policy }: ServiceContext): boolean {
  return (
    window.streams.length > 0 &&
    window.streams.every(
      (it) =>
        it.stream.kind === 'sqs' &&
        freshPoint(it, 'backlogRecords')?.value === 0 &&
        freshPoint(it, 'arrivalsPerSecond') === undefined,
    ) &&
    window.observation.desiredTasks <= policy.minTasks
  );
}

/** A strategy that knows no count. */
export function holdWish(
  reason: HoldReason,
  window: Window,
  context: ServiceContext,
  missing?: readonly Field[],
): Wish {
  return {
    kind: 'hold',
    reason,
    ...(missing && { missing }),
    confidence: confidenceOf({ ...measuredHow(window), agreement: 0, certainty: 0 }),
    evidence: evidenceOf(window, context, {}),
  };
}

/** Whether the signals were never there, or only not lately. */
export function absenceOf(window: Window, missing: readonly Field[]): 'metrics-missing' | 'metrics-stale' {
  const never = missing.some((field) => window.freshness[field]?.state === 'missing');
  return never ? 'metrics-missing' : 'metrics-stale';
}

/**
 * What can be said of a stream of which a needed signal is absent: nothing is scaled in. A queue's depth is current and
 * says by itself when it must be worked off, even while CloudWatch is still asleep, as it is for a quarter of an hour
 * after a queue wakes.
 */
export function wishWithoutSignals(
  missing: readonly Field[],
  { window, bottlenecks, stream }: Analysis,
  context: ServiceContext,
): Wish {
  const depth = depthsOf(window);
  const { catchUpSeconds } = context.policy;
  const rate = stream?.capacity.source === 'saturated' ? stream.capacity.taskRatePerSecond : undefined;
  const tasks = tasksToClear(depth, catchUpSeconds, rate);
  if (tasks <= window.observation.desiredTasks) {
    const unread = bottlenecks.some((it) => it.kind === 'not_reading');
    return holdWish(unread ? 'not-reading' : absenceOf(window, missing), window, context, missing);
  }
  return {
    kind: 'count',
    tasks,
    breach: false,
    reasonOut: 'demand-exceeds-capacity',
    reasonIn: 'capacity-exceeds-demand',
    confidence: confidenceOf({
      ...measuredHow(window),
      agreement: 1,
      certainty: stream?.capacity.certainty ?? 0,
    }),
    evidence: evidenceOf(window, context, {
      wantedTasks: tasks,
      backlogRecords: depth,
      taskRatePerSecond: rate,
      timeToClearSeconds: catchUpSeconds,
    }),
    model: {},
  };
}

/** E.g. 9,000 messages, 120 s and 20 a second and task: 4. Where a task's rate is not known, one task is a beginning. */
function tasksToClear(records: number, seconds: number, taskRatePerSecond: number | undefined): number {
  if (records <= 0) return 0;
  return taskRatePerSecond === undefined ? 1 : tasksFor(records / (seconds * taskRatePerSecond), {}).tasks;
}
