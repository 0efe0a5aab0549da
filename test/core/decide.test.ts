import { describe, expect, it } from 'vitest';
import { type PolicyOverrides, policySchema } from '../../lib/config/policy.ts';
import { isWorthwhile } from '../../lib/core/decide.ts';
import { initialLoopState } from '../../lib/core/loop-state.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import { kinesis, noon } from '../control/world.ts';
import { createStory } from '../support/story.ts';

const contextOf = (policy: PolicyOverrides = {}, partitions = 60): ServiceContext => ({
  policy: policySchema.parse(policy),
  sources: [{ ...kinesis, partitions }],
});

const calm = { arrivalsPerSecond: 800, lagSeconds: 0, meanLagSeconds: 0, cpuPercent: 40 };

describe('isWorthwhile: a saving against what the change costs', () => {
  it.each([
    ['20 tasks, 30 s of rebalance: one fewer', 20, 19, 30, 60, true],
    ['100 tasks, 60 s of rebalance: one fewer', 100, 99, 60, 60, false],
    ['100 tasks, 60 s of rebalance: three fewer', 100, 97, 60, 60, false],
    ['100 tasks, 60 s of rebalance: four fewer', 100, 96, 60, 60, true],
    ['no rebalance: any saving', 2, 1, 0, 60, true],
  ])('%s', (_, from, to, rebalanceSeconds, startupSeconds, expected) => {
    expect(isWorthwhile(from, to, { rebalanceSeconds, startupSeconds })).toBe(expected);
  });

  it('is asked before a scale-in', () => {
    const policy = { rebalanceSeconds: 60, catchUpSeconds: 3600, maxTasks: 100, stabilizationSeconds: 0 };
    const story = createStory(contextOf(policy, 1_000_000), { tasks: 100 });
    story.minutes(12, { values: { ...calm, cpuPercent: 89.5 } });
    expect(story.observation().desiredTasks).toBe(100);
    expect(story.lines()).toContain('hold saving-too-small');
  });
});

describe('with the default settings', () => {
  it('both directions are reachable, on guesses from CPU alone', () => {
    const over = createStory(contextOf(), { tasks: 12 });
    over.minutes(14, { values: { ...calm, cpuPercent: 15 } });
    expect(over.lines().some((line) => line.startsWith('in 12→'))).toBe(true);

    const under = createStory(contextOf(), { tasks: 4 });
    under.minutes(6, { values: { ...calm, cpuPercent: 75 } });
    under.minutes(3, {
      values: { arrivalsPerSecond: 1400, lagSeconds: 40, meanLagSeconds: 25, cpuPercent: 80 },
    });
    expect(under.lines().some((line) => line.startsWith('out 4→'))).toBe(true);
  });

  it('a guess of μ goes inward by steps of 30 %, so that a wrong one is seen in time', () => {
    const story = createStory(contextOf(), { tasks: 20 });
    story.minutes(8, { values: { ...calm, cpuPercent: 8 } });
    const first = story.told.map(({ plan }) => plan.decision).find((it) => it.kind === 'scale');
    expect(first).toMatchObject({ from: 20, to: 14, limitedBy: 'scale-in-step' });
  });
});

describe('what is told', () => {
  it('a hold once for each reason, and again when the reason comes back', () => {
    const story = createStory(contextOf({ minTasks: 4, maxTasks: 4 }), { tasks: 4 });
    story.minutes(4, { values: calm });
    story.minutes(6, { values: {} });
    story.minutes(3, { values: calm });
    const told = story.told.filter(({ plan }) => plan.tellDecision).map(({ plan }) => plan.decision.reason);
    expect(told.filter((reason, index) => reason === told[index - 1])).toEqual([]);
    expect(told.filter((reason) => reason === 'metrics-stale')).toHaveLength(1);
    expect(story.told.length).toBeGreaterThan(2 * told.length);
  });

  it('a hold at the second tick that it stands: a reason that comes and goes with one point is not told', () => {
    const story = createStory(contextOf({ minTasks: 2, maxTasks: 4 }), { tasks: 4 });
    for (let index = 0; index < 20; index++) {
      story.minute({ values: { ...calm, arrivalsPerSecond: index % 4 === 3 ? 2400 : 800 } });
    }
    const ticks = story.told.map(({ plan }) => ({ ...plan.decision, tell: plan.tellDecision }));
    const changes = ticks.filter((it, index) => index > 0 && it.reason !== ticks[index - 1]?.reason);
    const told = ticks.flatMap((it, index) => (it.kind === 'hold' && it.tell ? [index] : []));
    expect(told.length).toBeGreaterThan(0);
    expect(changes.length).toBeGreaterThan(told.length);
    expect(told.every((index) => ticks[index]?.reason === ticks[index - 1]?.reason)).toBe(true);
  });

  it('every scale, with what the model expects of it', () => {
    const story = createStory(contextOf(), { tasks: 4 });
    story.minutes(8, { values: { ...calm, cpuPercent: 75 } });
    story.minutes(2, {
      values: { arrivalsPerSecond: 1000, lagSeconds: 70, meanLagSeconds: 40, cpuPercent: 80 },
    });
    const { decision, tellDecision } = story.told.find(({ plan }) => plan.decision.kind === 'scale')!.plan;
    if (decision.kind !== 'scale') throw new TypeError('it was found as a scale');
    expect(tellDecision).toBe(true);
    expect(decision.impact.taskHoursPerDay).toBe(24 * (decision.to - decision.from));
    expect(decision.impact.lagSecondsBefore).toBeGreaterThan(decision.impact.lagSecondsAfter!);
    expect(decision.impact.cpuPercentAfter!).toBeLessThan(decision.impact.cpuPercentBefore!);
  });
});

describe('thin evidence', () => {
  it('bounds the step of a scale-out, and never forbids it', () => {
    const spread = [50, 100, 400, 900].map((perTaskPerSecond, index) => ({
      atSeconds: noon - 900 + 60 * index,
      tasks: 4,
      perTaskPerSecond,
    }));
    const loop = { ...initialLoopState, capacity: { revision: 'orders:12', saturated: spread } };
    const story = createStory(contextOf({ maxTasks: 100 }, 200), { tasks: 4, loop });
    story.minute({ values: { arrivalsPerSecond: 800, lagSeconds: 5, meanLagSeconds: 1 } });
    story.minutes(4, { values: {} });
    story.minute({
      values: { arrivalsPerSecond: 8000, lagSeconds: 35, meanLagSeconds: 15 },
      ageSeconds: 175,
    });
    const { decision } = story.told.at(-1)!.plan;
    expect(decision.confidence).toBeLessThan(0.5);
    expect(decision).toMatchObject({
      kind: 'scale',
      direction: 'out',
      to: 6,
      limitedBy: 'low-confidence-step',
    });
    expect(decision.evidence.wantedTasks).toBeGreaterThan(6);
  });
});
