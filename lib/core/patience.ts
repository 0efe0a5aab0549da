import type { Policy } from '../config/policy.ts';
import { preferenceOf } from './objective.ts';
import { agentsReport, type Window } from './window.ts';

/** So far apart are the points that a decision sees: agents' and CloudWatch's. */
const reportSeconds = 10;
const minuteSeconds = 60;
/** So many stops are saved by a change less, when the load comes and goes. */
const pausesKept = 10;

function periodSeconds(window: Window): number {
  return agentsReport(window) ? reportSeconds : minuteSeconds;
}

/**
 * How long fewer tasks must have been enough before they are: what is given up now has to be started again when the load
 * returns, which takes a look and a start: kept for two starts and a period of what is seen, and for ten of the stops that
 * a change costs. Where the policy says how long, that long.
 * E.g. starts of 60 s: 120 + 60 = 180 s by CloudWatch, 130 s by agents; with stops of 20 s 200 s more.
 */
export function stabilizationOf(policy: Policy, window: Window): number {
  const { stabilizationSeconds, startupSeconds, rebalanceSeconds } = policy;
  const derived = 2 * startupSeconds + periodSeconds(window) + pausesKept * rebalanceSeconds;
  return stabilizationSeconds ?? preferenceOf(policy).patience * derived;
}

/**
 * How long after a change of the count no tasks go: two periods, in which what it brings shows.
 * E.g. 120 s by CloudWatch, 20 s by agents.
 */
export function cooldownOf({ cooldownSeconds }: Policy, window: Window): number {
  return cooldownSeconds ?? 2 * periodSeconds(window);
}
