import type { HoldDecision, ScaleDecision } from '../contract/decision.ts';
import type { LoopState } from './loop-state.ts';
import type { Plan } from './plan.ts';
import { toldOf } from './told.ts';

/** How urgent a change is, 0 first. */
export type Need = number;

export const needs = 8;
const breached = [8, 4, 2] as const;
const growing = [2, 1.5] as const;
const firstGrowing = breached.length + 1;

/**
 * Where changes have to wait for each other: records that are too old by most first, then a load that will be too much by
 * most, and the saving of tasks last.
 * E.g. lag of 300 s with an objective of 60: 1. 4 tasks that must become 9 before lag is missed: 4; 5: 6. Fewer tasks: 7.
 */
export function needOf({ direction, from, to, reason, evidence }: ScaleDecision): Need {
  if (direction === 'in') return needs - 1;
  if (reason === 'lag-objective-breached' || reason === 'deployment-reset') {
    const { lagSeconds = 0, lagObjectiveSeconds = Number.POSITIVE_INFINITY } = evidence;
    return rank(breached, lagSeconds / lagObjectiveSeconds);
  }
  return firstGrowing + rank(growing, from === 0 ? Number.POSITIVE_INFINITY : to / from);
}

function rank(atLeast: readonly number[], value: number): number {
  const found = atLeast.findIndex((it) => value >= it);
  return found === -1 ? atLeast.length : found;
}

/** A plan whose change has to wait for others that need it more. */
export function deferred(plan: Plan, decision: ScaleDecision, loop: LoopState): Plan {
  const { confidence, evidence } = decision;
  const held: HoldDecision = { kind: 'hold', reason: 'update-limit', confidence, evidence };
  const told = toldOf(held.reason, loop);
  return { ...plan, decision: held, tellDecision: told.tell, next: { ...plan.next, ...told.next } };
}
