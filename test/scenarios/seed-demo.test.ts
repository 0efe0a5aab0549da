import { describe, expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import { quantile } from '../../lib/core/statistics.ts';
import { createStory } from '../support/story.ts';

/** One request that a task served. */
type Request = { readonly milliseconds: number; readonly failed: boolean };

/** What an agent tells of a minute's requests, served by tasks as busy as that makes them. */
function valuesOf(requests: readonly Request[], cpuPercent: number, memoryPercent: number) {
  const times = requests.map((it) => it.milliseconds);
  return {
    cpuPercent,
    memoryPercent,
    processedPerSecond: requests.length / 60,
    p95Ms: quantile(times, 0.95)!,
    p99Ms: quantile(times, 0.99)!,
    errorPercent: (100 * requests.filter((it) => it.failed).length) / requests.length,
    queueRecords: requests.length,
  };
}

/** 15 to 44 ms, none failed. */
const normal = Array.from({ length: 30 }, (_, index) => ({
  milliseconds: 15 + ((index * 7) % 30),
  failed: false,
}));
/** 300 to 499 ms, each tenth failed. */
const slow = Array.from({ length: 50 }, (_, index) => ({
  milliseconds: 300 + ((index * 37) % 200),
  failed: index % 10 === 0,
}));

const context: ServiceContext = { policy: policySchema.parse({}), sources: [] };

/** 30 normal requests, then 50 slow ones of which a tenth fail, then calm again. */
function play() {
  const story = createStory(context, { tasks: 2 });
  story.minutes(3, { values: valuesOf(normal.slice(0, 10), 35, 45) });
  story.minutes(5, { values: valuesOf(slow.slice(0, 10), 50, 50) });
  const atWorst = story.told.at(-1)!;
  story.minutes(20, { values: valuesOf(normal.slice(0, 10), 20, 30) });
  return { story, atWorst };
}

describe("the seed's demo: 30 normal requests, then 50 slow ones with a tenth in error", () => {
  it('is left alone while it is calm', () => {
    const { story } = play();
    for (const { plan } of story.told.slice(0, 3)) {
      expect(plan.decision).toMatchObject({
        kind: 'hold',
        reason: 'on-target',
        evidence: { desiredTasks: 2 },
      });
      expect(plan.detected).toEqual([]);
      expect(plan.advice).toEqual([]);
    }
  });

  it('is scaled out by steps of half as the p95 leaves its target, and in again when it is calm: the seed never could', () => {
    const { story } = play();
    const changes = story.told.flatMap(({ plan: { decision }, minute }) =>
      decision.kind === 'scale' ? [{ minute, ...decision }] : [],
    );
    expect(changes[0]).toMatchObject({
      minute: 3,
      direction: 'out',
      from: 2,
      to: 3,
      reason: 'utilization-high',
    });
    expect(changes[0]!.evidence.factor).toBeGreaterThan(0.8);
    const inward = changes.filter((it) => it.direction === 'in');
    expect(inward.length).toBeGreaterThan(0);
    for (const it of inward) {
      expect(it.confidence).toBeGreaterThanOrEqual(0.7);
      expect(it.reason).toBe('utilization-low');
    }
    expect(story.observation().desiredTasks).toBeLessThan(Math.max(...changes.map((it) => it.to)));
    // The estimate comes from the model: the same CPU on more tasks, and what they cost.
    expect(changes[0]!.impact).toMatchObject({ taskHoursPerDay: 24, costShare: 0.5 });
    expect(changes[0]!.impact.cpuPercentAfter).toBeCloseTo((changes[0]!.impact.cpuPercentBefore! * 2) / 3, 3);
  });

  it('shows slow I/O and failing requests with the severities of the seed, from onset to clearance', () => {
    const { story, atWorst } = play();
    const p95Ms = valuesOf(slow.slice(0, 10), 50, 50).p95Ms;
    const io = atWorst.plan.next.bottlenecks.find((it) => it.kind === 'io')!;
    expect(io.severity).toBeCloseTo(Math.min(1, (p95Ms - 200) / 300), 6);
    expect(io.impact).toBeCloseTo(0.8 * io.severity, 6);
    const errors = atWorst.plan.next.bottlenecks.find((it) => it.kind === 'state_access')!;
    expect(errors).toMatchObject({ severity: 1, impact: 0.9, observed: 10, threshold: 2 });

    const detected = story.told.filter(({ plan }) => plan.detected.length > 0);
    expect(detected.map((it) => it.minute)).toEqual([3]);
    expect(detected[0]!.plan.detected.map((it) => it.kind).sort()).toEqual(['io', 'state_access']);
    const cleared = story.told.filter(({ plan }) => plan.cleared.length > 0);
    expect(cleared.map((it) => it.minute)).toEqual([9]);
    // The history of an hour does not empty itself.
    expect(
      story
        .loop()
        .pastBottlenecks.map((it) => it.kind)
        .sort(),
    ).toEqual(['io', 'state_access']);
  });

  it('gives its advice once, sorted by how soon it is due', () => {
    const { story } = play();
    const advice = story.told.flatMap(({ plan, minute }) => plan.advice.map((it) => ({ minute, ...it })));
    const first = advice.filter((it) => it.minute === 3);
    expect(first.map((it) => it.topic).sort()).toEqual(['errors', 'io-now', 'p99-tail', 'state_access-now']);
    expect(first.find((it) => it.topic === 'state_access-now')).toMatchObject({
      horizon: 'immediate',
      advice: 'Find the failing dependency in the logs; retry with a back-off.',
    });
    expect(first.find((it) => it.topic === 'p99-tail')!.horizon).toBe('short_term');
    const topics = advice.filter((it) => it.minute < 8).map((it) => it.topic);
    expect(new Set(topics).size).toBe(topics.length);
  });

  it('is summed up', () => {
    const { atWorst } = play();
    const quiet = valuesOf(normal.slice(0, 10), 35, 45);
    const bad = valuesOf(slow.slice(0, 10), 50, 50);
    const { summary } = atWorst.window;
    expect(summary.count).toBe(8);
    expect(summary.meanThroughputPerSecond).toBeCloseTo(10 / 60, 6);
    expect(summary.meanP95Ms).toBeCloseTo((3 * quiet.p95Ms + 5 * bad.p95Ms) / 8, 6);
    expect(summary.maxP99Ms).toBeCloseTo(bad.p99Ms, 6);
    expect(summary.meanCpuPercent).toBeCloseTo((3 * 35 + 5 * 50) / 8, 6);
    expect(summary.maxMemoryPercent).toBe(50);
    expect(summary.meanErrorPercent).toBeCloseTo((5 * 10) / 8, 6);
    expect(summary.maxQueueRecords).toBe(10);
    expect(summary.meanBackpressure).toBeUndefined();
  });
});
