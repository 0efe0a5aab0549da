import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionSchema, holdReasons } from '../../lib/contract/decision.ts';
import { outboxSchema } from '../../lib/contract/events.ts';
import { renderPlan, toOutbox } from '../../lib/control/render-events.ts';
import { analyze } from '../../lib/core/analyze.ts';
import { decide } from '../../lib/core/decide.ts';
import type { LoopState } from '../../lib/core/loop-state.ts';
import { type FieldPlan, planMeasurements } from '../../lib/core/measure.ts';
import type { Plan, ServiceContext } from '../../lib/core/plan.ts';
import type { Sample } from '../../lib/core/sample.ts';
import { assembleWindow, type Window } from '../../lib/core/window.ts';
import { noon, service } from '../control/world.ts';
import { arbitraryTick } from './arbitraries.ts';

const runs = { numRuns: 1000, seed: 2026 };

type Look = {
  readonly samples: readonly Sample[];
  readonly loop: LoopState;
  readonly context: ServiceContext;
};

function tick({ samples, loop, context }: Look): { readonly window: Window; readonly plan: Plan } {
  const window = assembleWindow(samples, context, noon);
  return { window, plan: decide(analyze(window, loop, context), loop, context) };
}

/** By the plan of measurements alone, not by what the core says of it. */
function isMeasuredFresh({ samples, context }: Look): boolean {
  const plans = planMeasurements(context.policy, context.sources);
  const pointsOf = ({ field, source }: FieldPlan) =>
    samples.flatMap((it) => (source === undefined ? it.series : it.bySource?.[source])?.[field] ?? []);
  const isFresh = (plan: FieldPlan) => {
    const moments = pointsOf(plan).map((point) => point.atSeconds);
    return noon - Math.max(...moments.filter((at) => at <= noon)) <= plan.freshSeconds;
  };
  /** Of several queues one that is empty, and of which nothing was heard: its arrivals are none. */
  const isAsleep = ({ field, source }: FieldPlan) => {
    const depth = plans.find((it) => it.source === source && it.field === 'backlogRecords');
    return (
      source?.startsWith('sqs/') === true &&
      field === 'arrivalsPerSecond' &&
      depth !== undefined &&
      isFresh(depth) &&
      pointsOf(depth).at(-1)?.value === 0
    );
  };
  return plans
    .filter((plan) => (plan.required === 'once-known' ? pointsOf(plan).length > 0 : plan.required))
    .every((plan) => isFresh(plan) || isAsleep(plan));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const it of Object.values(value)) deepFreeze(it);
  }
  return value;
}

describe('whatever the schemas admit', () => {
  it('a scale ends within minimum and maximum, and moves the way it says', () => {
    fc.assert(
      fc.property(arbitraryTick, (look) => {
        const { decision } = tick(look).plan;
        if (decision.kind === 'hold') return;
        const { minTasks, maxTasks } = look.context.policy;
        const { desiredTasks } = look.samples.at(-1)!.observation;
        expect(decision.from).toBe(desiredTasks);
        expect(decision.to).not.toBe(desiredTasks);
        expect(decision.direction).toBe(decision.to > decision.from ? 'out' : 'in');
        // Toward the limits, where the count lies outside of them: a step that thin evidence bounds may end between.
        expect(decision.to).toBeGreaterThanOrEqual(minTasks);
        expect(decision.to).toBeLessThanOrEqual(maxTasks);
      }),
      runs,
    );
  });

  it('nothing is scaled in on a stale or missing signal, in a deployment, or inside the cooldown', () => {
    fc.assert(
      fc.property(arbitraryTick, (look) => {
        const { decision } = tick(look).plan;
        if (decision.kind === 'hold' || decision.direction === 'out') return;
        const { observation } = look.samples.at(-1)!;
        expect(isMeasuredFresh(look)).toBe(true);
        expect(observation.deploying).toBe(false);
        const { policy } = look.context;
        // Unless given, at least two of the shortest periods that are seen.
        const cooldownSeconds = policy.cooldownSeconds ?? 20;
        const changed = look.loop.changes.at(-1)?.atSeconds ?? Number.NEGATIVE_INFINITY;
        expect(noon - changed).toBeGreaterThanOrEqual(cooldownSeconds);
        const byOthers =
          look.loop.desiredTasks !== undefined && look.loop.desiredTasks !== observation.desiredTasks;
        expect(byOthers && cooldownSeconds > 0).toBe(false);
        if (decision.reason !== 'above-maximum') {
          expect(decision.confidence).toBeGreaterThanOrEqual(policy.scaleInConfidence);
        }
      }),
      runs,
    );
  });

  it('where tasks cannot start none is given up, and none ordered beside those that find no place', () => {
    let held = 0;
    fc.assert(
      fc.property(arbitraryTick, (look) => {
        const { plan } = tick(look);
        const kinds = plan.next.bottlenecks.map((it) => it.kind);
        const { desiredTasks, runningTasks } = look.samples.at(-1)!.observation;
        const { decision } = plan;
        if (!kinds.includes('crash_loop') && !kinds.includes('placement_failure')) return;
        if (decision.kind === 'hold') {
          held++;
          return;
        }
        if (decision.reason === 'below-minimum') return;
        // Unless most of a step has come up by now.
        const brought = look.loop.changes.some((it) => it.to > it.from);
        if (decision.direction === 'in') expect(brought).toBe(true);
        else if (!kinds.includes('crash_loop')) expect(runningTasks).toBeGreaterThanOrEqual(desiredTasks);
      }),
      runs,
    );
    expect(held).toBeGreaterThan(0);
  });

  it('a fresh breach with headroom is never held for want of confidence', () => {
    fc.assert(
      fc.property(arbitraryTick, (look) => {
        const { window, plan } = tick(look);
        const { policy, sources } = look.context;
        const lag = window.series.lagSeconds?.at(-1);
        const breached =
          sources.length > 0 &&
          isMeasuredFresh(look) &&
          lag !== undefined &&
          window.freshness.lagSeconds?.state === 'fresh' &&
          lag.value > policy.lagObjectiveSeconds &&
          window.observation.runningTasks > 0 &&
          window.observation.desiredTasks < policy.maxTasks;
        if (!breached || plan.decision.kind === 'scale') return;
        expect(['low-confidence', 'lag-budget', 'metrics-missing', 'metrics-stale']).not.toContain(
          plan.decision.reason,
        );
      }),
      runs,
    );
  });

  it('every decision has a reason and evidence, and all that is told passes its schema', () => {
    fc.assert(
      fc.property(arbitraryTick, (look) => {
        const { plan } = tick(look);
        const { decision } = plan;
        expect(() => decisionSchema.parse(decision)).not.toThrow();
        expect(decision.evidence).toMatchObject({
          desiredTasks: look.samples.at(-1)!.observation.desiredTasks,
        });
        if (decision.kind === 'hold') expect(Object.keys(holdReasons)).toContain(decision.reason);
        const drafts = renderPlan(plan, { mode: 'auto', decisionId: 'main/orders#1', tellDecision: true });
        const outbox = toOutbox(drafts, service, noon, (index) => `main/orders#1.${index}`);
        expect(() => outboxSchema.parse(outbox)).not.toThrow();
        expect(JSON.stringify(plan)).not.toMatch(/null/);
      }),
      runs,
    );
  });

  it('inputs are not mutated, and the same input gives the same plan', () => {
    fc.assert(
      fc.property(arbitraryTick, (look) => {
        const first = tick(deepFreeze(structuredClone(look)));
        const second = tick(look);
        expect(second.plan).toEqual(first.plan);
      }),
      runs,
    );
  });

  it('the state stays bounded, however often it is carried on', () => {
    fc.assert(
      fc.property(fc.array(arbitraryTick, { minLength: 1, maxLength: 6 }), (looks) => {
        let loop = looks[0]!.loop;
        for (const look of looks) loop = tick({ ...look, loop }).plan.next;
        expect(loop.changes.length).toBeLessThanOrEqual(5);
        expect(loop.pastBottlenecks.length).toBeLessThanOrEqual(20);
        expect(loop.capacity?.saturated.length ?? 0).toBeLessThanOrEqual(16);
      }),
      { ...runs, numRuns: 200 },
    );
  });
});
