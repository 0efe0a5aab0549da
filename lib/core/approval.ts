import type { Decision, ScaleDecision } from '../contract/decision.ts';
import type { Approval, ApprovalEnd, LoopState, Pending } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';

/** What nobody has answered for so long lapses, and is asked for anew; what was rejected is not for as long. */
const patienceSeconds = 3600;

/**
 * What has become of a decision that waits for a person, in mode `approve`. It stands while the newest decision goes the
 * same way, and no further; it lapses when its reason has passed. Approved, the newest decision is carried out, no further
 * than what was approved: the protections are those of this tick.
 * E.g. 4 → 9 waits. The next tick wants 8: 9 still waits. Approved: 8. It wants 12: 9 is superseded, 12 waits.
 */
export function approvalOf(
  decision: Decision,
  loop: LoopState,
  context: ServiceContext,
  nowSeconds: number,
): Approval & { readonly decision: Decision } {
  const { pending } = loop;
  if (context.mode !== 'approve') return { decision, approved: false, asks: decision.kind === 'scale' };
  if (pending === undefined) return { decision, approved: false, asks: decision.kind === 'scale' };
  const { decisionId } = pending;
  const same = decision.kind === 'scale' && decision.direction === pending.direction;
  const answer = context.control?.answers.find((it) => it.decisionId === decisionId);
  if (!same) {
    return { decision, approved: false, asks: decision.kind === 'scale', ...lapse(pending) };
  }
  const bounded = within(decision, pending);
  if (answer?.approved === true && isPossible(bounded, context)) {
    return {
      decision: bounded,
      approved: true,
      asks: false,
      ended: { decisionId, outcome: 'approved' },
    };
  }
  const over = nowSeconds - pending.atSeconds >= patienceSeconds;
  if (over) return { decision, approved: false, asks: true, ...lapse(pending) };
  if (answer?.approved === false && !pending.rejected) {
    const ended = { decisionId, outcome: 'rejected' } as const;
    return { decision, approved: false, asks: false, pending: { ...pending, rejected: true }, ended };
  }
  if (!pending.rejected && isFurther(decision, pending)) {
    return { decision, approved: false, asks: true, ended: { decisionId, outcome: 'superseded' } };
  }
  return { decision, approved: false, asks: false, pending };
}

/** A rejected one has ended before. */
function lapse({ decisionId, rejected }: Pending): { readonly ended?: ApprovalEnd } {
  return rejected ? {} : { ended: { decisionId, outcome: 'lapsed' } };
}

function isFurther({ direction, to }: ScaleDecision, pending: Pending): boolean {
  return direction === 'out' ? to > pending.to : to < pending.to;
}

/** What was approved may not be a step any more: somebody has gone past it, or other limits hold. Then it is asked anew. */
function isPossible({ direction, from, to }: ScaleDecision, { policy }: ServiceContext): boolean {
  const moves = direction === 'out' ? to > from : to < from;
  return moves && to >= policy.minTasks && to <= policy.maxTasks;
}

function within(decision: ScaleDecision, pending: Pending): ScaleDecision {
  if (!isFurther(decision, pending)) return decision;
  return { ...decision, to: pending.to, limitedBy: 'approval' };
}
