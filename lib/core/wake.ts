import type { Policy } from '../config/policy.ts';
import type { HoldReason } from '../contract/decision.ts';

/** What the agents of a service have reported for ten seconds. */
export type AgentReport = {
  /** The end of the ten seconds. */
  readonly atSeconds: number;
  readonly arrivalsPerSecond: number;
  readonly processedPerSecond: number;
  readonly busyShare: number;
  /** Absent while partitions change hands. */
  readonly backlogRecords?: number;
  readonly lagSeconds?: number;
};

/** How the last tick left the service. */
export type Standing = {
  /** The newest slot that was evaluated. */
  readonly slotSeconds: number;
  readonly desiredTasks: number;
  readonly runningTasks: number;
  /** Why that tick held; absent after a change. */
  readonly heldFor?: HoldReason;
};

/** Two ticks of a service lie at least so far apart, and a slot that is nearer than this is waited for. */
const leastApartSeconds = 10;
/** From this share of the objective on, lag is no buffer any more. */
const pressingShare = 0.5;
/** A task that is idle for longer says less of what it could do; it could do at least so many times what it does. */
const leastBusyShare = 0.2;

/** What no number of tasks that may be asked for changes: the next tick would say the same. */
const futile: ReadonlySet<HoldReason> = new Set<HoldReason>([
  'at-maximum',
  'partitions-exhausted',
  'breaker-open',
  'not-reading',
  'tasks-cannot-start',
]);

/**
 * Whether a service must be looked at now, and not at its next slot: lag would pass half of the objective by the time that
 * tasks ordered at that slot work. `earlier` and `newest` are the last two reports; both say it, for one alone is noise.
 * The running tasks can do c = X/busy. With those on their way, c·desired/running; a need that these will meet wakes
 * nobody. lag(h) = [L + (λ − c)·h] / λ, h = until the next slot + start-up.
 * E.g. 4 tasks, busy for 0.8 of their time, process 800 records/s: c = 1,000. Now 1,500 arrive; 5,000 wait; the slot is in
 * 40 s, a start takes 60: (5,000 + 500·100) / 1,500 = 36.7 s, more than half of 60 s.
 */
export function wakes(
  [earlier, newest]: readonly [AgentReport, AgentReport],
  standing: Standing,
  policy: Policy,
  nowSeconds: number,
): boolean {
  const { evaluationSeconds, startupSeconds, lagObjectiveSeconds, maxTasks } = policy;
  const { desiredTasks, runningTasks, slotSeconds, heldFor } = standing;
  const untilSlot = evaluationSeconds - (nowSeconds % evaluationSeconds);
  if (untilSlot < leastApartSeconds || nowSeconds - slotSeconds < leastApartSeconds) return false;
  if (runningTasks === 0 || desiredTasks >= maxTasks || (heldFor !== undefined && futile.has(heldFor)))
    return false;
  const { backlogRecords, lagSeconds } = newest;
  if (backlogRecords === undefined || lagSeconds === undefined) return false;
  const pressingSeconds = pressingShare * lagObjectiveSeconds;
  const loadPerSecond = Math.min(earlier.arrivalsPerSecond, newest.arrivalsPerSecond);
  const runningPerSecond = Math.max(...[earlier, newest].map(capacityOf));
  const arrivingPerSecond = (runningPerSecond * desiredTasks) / runningTasks;
  if (loadPerSecond > arrivingPerSecond) {
    const backlogThen = backlogRecords + (loadPerSecond - runningPerSecond) * (untilSlot + startupSeconds);
    return backlogThen > pressingSeconds * loadPerSecond;
  }
  // The mean of the tasks hides one that cannot keep up. Tasks on their way change who reads what, and are waited for.
  const rises = earlier.lagSeconds !== undefined && lagSeconds > earlier.lagSeconds;
  return desiredTasks <= runningTasks && rises && lagSeconds > pressingSeconds;
}

function capacityOf({ processedPerSecond, busyShare }: AgentReport): number {
  return processedPerSecond / Math.max(leastBusyShare, busyShare);
}
