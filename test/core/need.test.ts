import { describe, expect, it } from 'vitest';
import type { Evidence, ScaleDecision, ScaleReason } from '../../lib/contract/decision.ts';
import { deferred, needOf, needs } from '../../lib/core/need.ts';
import type { Plan } from '../../lib/core/plan.ts';
import { scale } from '../control/world.ts';
import { loopOf } from '../support/windows.ts';

const decision = (from: number, to: number, reason: ScaleReason, evidence: Partial<Evidence> = {}) => {
  const scaled = scale(from, to) as ScaleDecision;
  return { ...scaled, reason, evidence: { ...scaled.evidence, ...evidence } };
};
const breach = (lagSeconds: number) =>
  decision(4, 6, 'lag-objective-breached', { lagSeconds, lagObjectiveSeconds: 60 });

describe('needOf', () => {
  it.each([
    ['records eight times too old', breach(480), 0],
    ['the worked number: 300 s with an objective of 60', breach(300), 1],
    ['twice too old', breach(120), 2],
    ['just too old', breach(61), 3],
    ['a count that a deployment has reset', decision(2, 40, 'deployment-reset'), 3],
    ['the worked number: 4 tasks that must become 9', decision(4, 9, 'demand-exceeds-capacity'), 4],
    ['one that sleeps', decision(0, 1, 'demand-exceeds-capacity'), 4],
    ['half as many again', decision(4, 6, 'demand-exceeds-capacity'), 5],
    ['the worked number: 4 that must become 5', decision(4, 5, 'utilization-high'), 6],
    ['the worked number: fewer', decision(9, 4, 'capacity-exceeds-demand'), 7],
  ])('%s', (_, it, expected) => {
    expect(needOf(it)).toBe(expected);
    expect(needOf(it)).toBeLessThan(needs);
  });
});

describe('deferred', () => {
  const scaled = breach(300);
  const plan = { decision: scaled, tellDecision: true, next: loopOf({ desiredTasks: 4 }) } as unknown as Plan;

  it('is a hold with the numbers of the change, told at its second tick', () => {
    const first = deferred(plan, scaled, loopOf());
    expect(first).toMatchObject({
      decision: { kind: 'hold', reason: 'update-limit', evidence: scaled.evidence },
      tellDecision: false,
      next: { desiredTasks: 4, heldFor: 'update-limit' },
    });
    expect(deferred(plan, scaled, first.next).tellDecision).toBe(true);
  });
});
