import type { Policy } from '../config/policy.ts';
import { freshLag, freshPoint, type Window } from './window.ts';

/**
 * How many tasks may not be stopped; `undefined` where that is asked for and not known. `idle`: those that protect
 * themselves from a scale-in, as ECS tells; it stops others first. `drained`: all, unless nothing waits, is in flight or
 * arrives.
 * E.g. 8 of 10 running tasks protect themselves: 8, so that two may go.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html
 */
export function atWork(window: Window, { protect }: Policy): number | undefined {
  switch (protect) {
    case 'off':
      return 0;
    case 'idle':
      return window.observation.protectedTasks;
    case 'drained':
      return isDrained(window) ? 0 : window.observation.desiredTasks;
  }
}

/**
 * The depth of a queue counts what is in flight, and what a group has not committed yet still lags. A stream tells only
 * how old the oldest record is that nobody has read: there, whatever arrives is at work.
 */
function isDrained(window: Window): boolean {
  const backlog = freshPoint(window, 'backlogRecords');
  if (backlog !== undefined) return backlog.value === 0;
  const arrivals = freshPoint(window, 'agentArrivalsPerSecond') ?? freshPoint(window, 'arrivalsPerSecond');
  return freshLag(window)?.value === 0 && arrivals?.value === 0;
}
