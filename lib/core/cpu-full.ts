import type { Window } from './window.ts';

/** From so much CPU on, tasks are taken to be working, and not to wait for something. */
const workingCpuPercent = 67;

/**
 * Whether the tasks work, all of them, by the newest CPU since a moment. Unknown without one. A task that mostly waits for
 * its network is never full by this measure: what it says is that more tasks help, not that they do not.
 * E.g. 85 % in a minute since then: yes. 40 %: no.
 */
export function isCpuFull({ series }: Window, sinceSeconds: number): boolean | undefined {
  const newest = series.cpuPercent?.at(-1);
  return newest === undefined || newest.atSeconds < sinceSeconds
    ? undefined
    : newest.value >= workingCpuPercent;
}
