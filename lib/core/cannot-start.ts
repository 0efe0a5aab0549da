import type { Bottleneck } from '../contract/bottleneck.ts';
import type { Change, LoopState } from './loop-state.ts';
import { clamp } from './statistics.ts';
import type { Window } from './window.ts';

/** Why tasks that are asked for now would not come to consume. */
export type Obstacle = {
  readonly kind: 'crash_loop' | 'placement_failure';
  /** From then on more may be tried. */
  readonly retryAtSeconds: number;
};

const firstWaitSeconds = 300;
const longestWaitSeconds = 1800;
/** Tasks that have run for so long have come up. */
const settledSeconds = 120;

/**
 * What keeps tasks from starting, and when more may be tried again: after as long as it had lasted at the last try, so
 * that each wait is twice the one before, within five minutes and half an hour. Tasks that fail are none once a try has
 * brought tasks that stay: then it is a few that fail, again and again, and more help.
 * E.g. since 12:00: tried in vain at 12:05, 12:10, 12:20, 12:40, and every half an hour from then on.
 */
export function obstacleTo(
  bottlenecks: readonly Bottleneck[],
  { changes }: Pick<LoopState, 'changes'>,
  window: Window,
  startupSeconds: number,
): Obstacle | undefined {
  for (const { kind, sinceSeconds } of bottlenecks) {
    if (kind !== 'crash_loop' && kind !== 'placement_failure') continue;
    const tried = changes.findLast((it) => it.to > it.from && it.atSeconds > sinceSeconds);
    if (kind === 'crash_loop' && tried && hasStayed(tried, window, startupSeconds)) continue;
    const triedAt = tried?.atSeconds ?? sinceSeconds;
    const wait = clamp(triedAt - sinceSeconds, firstWaitSeconds, longestWaitSeconds);
    return { kind, retryAtSeconds: triedAt + wait };
  }
  return undefined;
}

/**
 * Whether most of the tasks that an order has brought run, and have for two minutes.
 * E.g. ordered from 8 to 12 at 12:05, starts of 60 s: at 12:08, if at each tick from 12:06 on 10 tasks or more ran.
 */
function hasStayed({ from, to, atSeconds }: Change, window: Window, startupSeconds: number): boolean {
  const { nowSeconds } = window;
  if (nowSeconds < atSeconds + startupSeconds + settledSeconds) return false;
  return ranAllAlong(window, nowSeconds - settledSeconds, (from + to) / 2);
}

function ranAllAlong({ taskCounts }: Window, sinceSeconds: number, tasks: number): boolean {
  return taskCounts.every((it) => it.atSeconds < sinceSeconds || it.runningTasks >= tasks);
}

/**
 * Whether the count stays as it is before an obstacle, whatever is wished for.
 * Fewer: yes. Tasks that fail are no capacity to be counted with, and a place that is given up may not be had again when
 * the load is back. More: only as a try, when the objective is missed and one is due. Not while some that were ordered
 * find no place: ECS goes on trying those by itself, its success ends the obstacle, and a larger order changes nothing.
 * Nor where most tasks fail: those that ECS starts again are as good a try as any. Where most have run for five minutes,
 * it may be a few that fail, and only a try tells.
 */
export function keepsCount(
  { kind, retryAtSeconds }: Obstacle,
  wanted: number,
  breach: boolean,
  window: Window,
): boolean {
  const { nowSeconds, observation } = window;
  const { desiredTasks, runningTasks } = observation;
  const mayHelp =
    kind === 'crash_loop'
      ? ranAllAlong(window, nowSeconds - firstWaitSeconds, desiredTasks / 2)
      : runningTasks >= desiredTasks;
  return wanted <= desiredTasks || !(breach && mayHelp && nowSeconds >= retryAtSeconds);
}
