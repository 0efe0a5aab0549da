import type { LoopState } from './loop-state.ts';
import type { Incident, Observed, TaskFailure } from './observed.ts';
import type { ServiceContext } from './plan.ts';
import { clamp } from './statistics.ts';
import type { Measures, Verdict } from './verdict.ts';
import type { Window } from './window.ts';

/** A task that stops within this time of its start has not been of use. */
const earlySeconds = 300;
/** One that has run for so long has come up. */
const settledSeconds = 120;
/** As long as this back tasks are looked at: three lives of five minutes. */
const lookedBackSeconds = 900;
/** Fewer may be chance. */
const leastFailures = 3;
/**
 * What ECS says holds for so long, unless it says otherwise: it repeats itself while it goes on trying, and where tasks
 * do not start at all up to 27 minutes lie between two tries.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
 */
const toldSeconds = 1800;

const absent: Verdict = { verdict: 'absent' };

/**
 * Tasks of the revision that runs stop by themselves early, three at least within a quarter of an hour, and more of them
 * than have come up meanwhile; or ECS says that it cannot start them. Severity: the share of those started that failed.
 * Impact, here and below: the share of the desired tasks that do not run.
 * E.g. six have stopped within a minute of their start, two run for longer than two minutes: severity 6/8. With 6 of 8
 * desired tasks not running: impact 6/8.
 *
 * It is over when as many have come up as have failed, when ECS calls the service steady and no task fails for two
 * minutes more, or when all desired tasks run and none has failed for five.
 */
export function crashLoop(
  window: Window,
  { pastBottlenecks }: Pick<LoopState, 'pastBottlenecks'>,
  { observed }: ServiceContext,
): Verdict {
  if (observed === undefined) return absent;
  const { nowSeconds, observation } = window;
  // What belongs to one that is over makes no new one.
  const afterSeconds = pastBottlenecks.findLast((it) => it.kind === 'crash_loop')?.untilSeconds ?? 0;
  const told = toldLately(observed.newest['start-impaired'], nowSeconds);
  const impaired = told !== undefined && told.atSeconds > afterSeconds ? told : undefined;
  const { failures, cameUp } = recentTasks(
    observed,
    Math.max(afterSeconds, nowSeconds - lookedBackSeconds),
    nowSeconds,
    observation.revision,
  );
  const loops = failures.length >= leastFailures && failures.length > cameUp;
  if (!loops && impaired === undefined) return absent;
  const newestAt = Math.max(failures.at(-1)?.atSeconds ?? 0, impaired?.atSeconds ?? 0);
  if (isOver(newestAt, observed, window)) return absent;
  const severity = loops ? failures.length / (failures.length + cameUp) : missingShare(window);
  const onset = loops ? failures[0] : impaired;
  return present(window, onset?.atSeconds ?? nowSeconds, severity, observed.newest['task-failed']);
}

function recentTasks(
  { starts, failures }: Observed,
  afterSeconds: number,
  nowSeconds: number,
  revision: string,
): { readonly failures: readonly TaskFailure[]; readonly cameUp: number } {
  const isRecent = (it: { readonly atSeconds: number; readonly revision: string }) =>
    it.revision === revision && it.atSeconds > afterSeconds;
  const failed = new Set(failures.map((it) => it.task));
  return {
    failures: failures.filter((it) => isRecent(it) && (it.ranSeconds ?? 0) < earlySeconds),
    cameUp: starts.filter(
      (it) => isRecent(it) && it.atSeconds <= nowSeconds - settledSeconds && !failed.has(it.task),
    ).length,
  };
}

function isOver(newestAt: number, { newest }: Observed, { nowSeconds, observation }: Window): boolean {
  const steadyAt = newest.steady?.atSeconds ?? 0;
  if (steadyAt > newestAt && steadyAt <= nowSeconds - settledSeconds) return true;
  return newestAt <= nowSeconds - earlySeconds && observation.runningTasks >= observation.desiredTasks;
}

/**
 * ECS could not place tasks. Severity: the share of the desired tasks that do not run.
 * E.g. 12 of 20 run: 0.4. It is over when ECS calls the service steady, when all that is desired runs, or when a task
 * that was created since has started and no other has failed for two minutes.
 */
export function placementFailure(window: Window, { observed }: ServiceContext): Verdict {
  const failed = toldLately(observed?.newest['placement-failed'], window.nowSeconds);
  if (observed === undefined || failed === undefined) return absent;
  if ((observed.newest.steady?.atSeconds ?? 0) > failed.atSeconds) return absent;
  const { desiredTasks, runningTasks, deploying } = window.observation;
  // Whatever a deployment replaces runs as well, and is not what could not be placed.
  if (runningTasks >= desiredTasks && !deploying) return absent;
  const placed = observed.starts.some((it) => it.atSeconds - it.startupSeconds > failed.atSeconds);
  if (placed && failed.atSeconds <= window.nowSeconds - settledSeconds) return absent;
  return present(window, failed.atSeconds, missingShare(window), failed);
}

/**
 * ECS has given a deployment up, and none was completed since. While it is still the newest one, that stands; one that
 * was replaced, by a person or by its rollback, is told for half an hour at most.
 */
export function failedDeployment(window: Window, { observed }: ServiceContext): Verdict {
  const failed = observed?.newest['deployment-failed'];
  if (failed === undefined) return absent;
  const completedAt = observed?.newest['deployment-completed']?.atSeconds ?? 0;
  // Of the newest one's id the observation has the end.
  const { deployment } = window.observation;
  const isNewest = deployment !== undefined && failed.deployment?.endsWith(deployment) === true;
  const isTold = toldLately(failed, window.nowSeconds) !== undefined;
  if (completedAt > failed.atSeconds || !(isNewest || isTold)) return absent;
  return present(window, failed.atSeconds, missingShare(window), failed);
}

function toldLately(incident: Incident | undefined, nowSeconds: number): Incident | undefined {
  return incident !== undefined && incident.atSeconds > nowSeconds - toldSeconds ? incident : undefined;
}

function present(
  window: Window,
  sinceSeconds: number,
  severity: number,
  told: Incident | undefined,
): Verdict {
  const measures: Measures = {
    severity,
    impact: missingShare(window),
    ...(told?.cause !== undefined && { cause: told.cause }),
  };
  return { verdict: 'present', atSeconds: Math.min(sinceSeconds, window.nowSeconds), measures };
}

/** E.g. 12 of 20 tasks run: 0.4. */
function missingShare({ observation: { desiredTasks, runningTasks } }: Window): number {
  return desiredTasks === 0 ? 0 : clamp((desiredTasks - runningTasks) / desiredTasks, 0, 1);
}
