import { describe, expect, it } from 'vitest';
import type { PolicyOverrides } from '../../lib/config/policy.ts';
import { approvalOf } from '../../lib/core/approval.ts';
import { noControl, withInstruction } from '../../lib/core/control.ts';
import type { Pending } from '../../lib/core/loop-state.ts';
import { hold, scale } from '../control/world.ts';
import { kinesisContext, loopOf, now } from '../support/windows.ts';

const decisionId = 'main/orders#7';
const waits: Pending = { decisionId, direction: 'out', to: 9, atSeconds: now - 60 };

type Options = { readonly pending?: Pending; readonly answer?: 'approve' | 'reject'; readonly mode?: 'auto' };
function approval(
  decision: ReturnType<typeof scale | typeof hold>,
  { pending = waits, answer, mode }: Options = {},
) {
  const control = answer ? withInstruction(noControl, { kind: answer, decisionId }) : noControl;
  return approvalOf(
    decision,
    loopOf({ pending }),
    { ...kinesisContext(), mode: mode ?? 'approve', control },
    now,
  );
}

describe('approvalOf', () => {
  it('a first decision asks', () => {
    const asked = approvalOf(scale(4, 9), loopOf(), { ...kinesisContext(), mode: 'approve' }, now);
    expect(asked).toEqual({ decision: scale(4, 9), approved: false, asks: true });
  });

  it('the worked numbers: 9 still waits where 8 is wanted; approved it is 8; wanting 12 it is superseded', () => {
    expect(approval(scale(4, 8))).toEqual({
      decision: scale(4, 8),
      approved: false,
      asks: false,
      pending: waits,
    });
    expect(approval(scale(4, 8), { answer: 'approve' })).toMatchObject({
      decision: { to: 8 },
      approved: true,
      ended: { decisionId, outcome: 'approved' },
    });
    expect(approval(scale(4, 12))).toMatchObject({
      decision: { to: 12 },
      asks: true,
      ended: { decisionId, outcome: 'superseded' },
    });
  });

  it('approved, it goes no further than was approved', () => {
    const { decision, approved, pending } = approval(scale(4, 12), { answer: 'approve' });
    expect(decision).toMatchObject({ to: 9, limitedBy: 'approval' });
    expect([approved, pending]).toEqual([true, undefined]);
  });

  it.each<[string, ReturnType<typeof scale>, PolicyOverrides?]>([
    ['somebody has gone past it', scale(9, 12)],
    ['less than the minimum by now', scale(4, 12), { minTasks: 10 }],
  ])('approved too late, it is asked anew: %s', (_, decision, policy: PolicyOverrides = {}) => {
    const control = withInstruction(noControl, { kind: 'approve', decisionId });
    const context = { ...kinesisContext(policy), mode: 'approve' as const, control };
    expect(approvalOf(decision, loopOf({ pending: waits }), context, now)).toMatchObject({
      approved: false,
      asks: true,
      ended: { outcome: 'superseded' },
    });
  });

  it.each([
    ['nothing is wanted any more', hold('on-target'), false],
    ['the other way is', scale(4, 2), true],
  ])('lapses when its reason has passed: %s', (_, decision, asks) => {
    for (const answer of ['approve', undefined] as const) {
      const lapsed = approval(decision, answer && { answer });
      expect(lapsed).toEqual({ decision, approved: false, asks, ended: { decisionId, outcome: 'lapsed' } });
    }
  });

  it('lapses when nobody answers for an hour, and is asked for anew', () => {
    const pending = { ...waits, atSeconds: now - 3600 };
    expect(approval(scale(4, 9), { pending })).toMatchObject({ asks: true, ended: { outcome: 'lapsed' } });
  });

  it('rejected, it is told once and not asked for again for an hour, however much more is wanted', () => {
    const rejected = approval(scale(4, 9), { answer: 'reject' });
    expect(rejected).toMatchObject({
      approved: false,
      asks: false,
      ended: { decisionId, outcome: 'rejected' },
    });
    const later = approval(scale(4, 12), { answer: 'reject', pending: rejected.pending! });
    expect(later).toMatchObject({ approved: false, asks: false, pending: { rejected: true } });
    expect(later).not.toHaveProperty('ended');
    const old = { ...rejected.pending!, atSeconds: now - 3600 };
    expect(approval(scale(4, 12), { answer: 'reject', pending: old })).toMatchObject({ asks: true });
  });

  it('in other modes nobody is asked', () => {
    expect(approval(scale(4, 9), { mode: 'auto', answer: 'approve' })).toMatchObject({ approved: false });
  });
});
