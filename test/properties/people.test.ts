import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../lib/core/analyze.ts';
import { withOverride } from '../../lib/core/control.ts';
import { decide } from '../../lib/core/decide.ts';
import type { Control, Pending } from '../../lib/core/loop-state.ts';
import type { Plan } from '../../lib/core/plan.ts';
import { assembleWindow } from '../../lib/core/window.ts';
import { noon } from '../control/world.ts';
import { arbitraryTick } from './arbitraries.ts';

const runs = { numRuns: 1000, seed: 2026 };
const decisionId = 'main/orders#7';

const arbitraryPending: fc.Arbitrary<Pending> = fc.record(
  {
    decisionId: fc.constant(decisionId),
    direction: fc.constantFrom('out' as const, 'in' as const),
    to: fc.integer({ min: 0, max: 60 }),
    atSeconds: fc.constantFrom(noon - 60, noon - 3600),
    rejected: fc.constant(true as const),
  },
  { requiredKeys: ['decisionId', 'direction', 'to', 'atSeconds'] },
);
const arbitraryPause = fc.constantFrom({}, { untilSeconds: noon + 1 }, { untilSeconds: noon });
const arbitraryControl: fc.Arbitrary<Control> = fc.record(
  {
    paused: fc.record({ out: arbitraryPause, in: arbitraryPause }, { requiredKeys: [] }),
    override: fc.record(
      {
        minTasks: fc.integer({ min: 0, max: 60 }),
        maxTasks: fc.integer({ min: 1, max: 60 }),
        untilSeconds: fc.constantFrom(noon, noon + 60),
      },
      { requiredKeys: ['untilSeconds'] },
    ),
    answers: fc.constantFrom([], [{ decisionId, approved: true }], [{ decisionId, approved: false }]),
  },
  { requiredKeys: ['paused', 'answers'] },
);

const arbitrarySay = fc.record({
  look: arbitraryTick,
  control: arbitraryControl,
  pending: fc.option(arbitraryPending, { nil: undefined }),
  mode: fc.constantFrom('auto' as const, 'approve' as const, 'recommend' as const),
});
type Said = typeof arbitrarySay extends fc.Arbitrary<infer T> ? T : never;

function planOf({ look, control, pending, mode }: Said) {
  const context = withOverride({ ...look.context, control, mode }, noon);
  const loop = { ...look.loop, ...(pending && { pending }) };
  const window = assembleWindow(look.samples, context, noon);
  const plan: Plan = decide(analyze(window, loop, context), loop, context);
  return { plan, context };
}

const pauses = (pause: { readonly untilSeconds?: number } | undefined) =>
  pause !== undefined && (pause.untilSeconds ?? Number.POSITIVE_INFINITY) > noon;

describe('whatever people say', () => {
  it('a way that is paused is not gone, and no limit that they set is left', () => {
    let paused = 0;
    fc.assert(
      fc.property(arbitrarySay, (said) => {
        const { plan, context } = planOf(said);
        const { decision } = plan;
        if (decision.kind === 'hold' && decision.reason === 'paused') paused++;
        if (decision.kind === 'hold') return;
        expect(pauses(said.control.paused[decision.direction])).toBe(false);
        expect(context.policy.minTasks).toBeLessThanOrEqual(context.policy.maxTasks);
        expect(decision.to).toBeLessThanOrEqual(context.policy.maxTasks);
        expect(decision.to).toBeGreaterThanOrEqual(context.policy.minTasks);
      }),
      runs,
    );
    expect(paused).toBeGreaterThan(0);
  });

  it('in approve nothing is done without a yes, and never more than that was for', () => {
    let approved = 0;
    fc.assert(
      fc.property(arbitrarySay, (said) => {
        const { plan } = planOf(said);
        expect(plan.approval !== undefined).toBe(said.mode === 'approve');
        if (plan.approval?.approved !== true) return;
        approved++;
        const { decision } = plan;
        expect(said.control.answers).toEqual([{ decisionId, approved: true }]);
        expect(decision).toMatchObject({ kind: 'scale', direction: said.pending?.direction });
        if (decision.kind === 'hold' || said.pending === undefined) return;
        const further =
          decision.direction === 'out' ? decision.to > said.pending.to : decision.to < said.pending.to;
        expect(further).toBe(false);
      }),
      runs,
    );
    expect(approved).toBeGreaterThan(0);
  });
});
