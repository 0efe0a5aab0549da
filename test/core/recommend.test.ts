import { describe, expect, it } from 'vitest';
import { bottleneckKinds } from '../../lib/contract/bottleneck.ts';
import { recommendationSchema } from '../../lib/contract/recommendation.ts';
import type { Change, LoopState } from '../../lib/core/loop-state.ts';
import { recommend } from '../../lib/core/recommend.ts';
import {
  analysisOf,
  cpuContext,
  loopOf,
  now,
  repeated,
  type Values,
  type WindowOptions,
} from '../support/windows.ts';

const context = cpuContext();

function adviceOn(options: WindowOptions, loop: LoopState = loopOf()) {
  return recommend(analysisOf({ ...options, context }, loop), loop, context);
}

const measured = (cpuPercent: number, more: Values = {}): WindowOptions => ({
  values: { cpuPercent: repeated(cpuPercent, 2), ...more },
});

const topics = (advice: { fresh: readonly { topic: string }[] }) => advice.fresh.map((it) => it.topic);

describe('against a bottleneck', () => {
  it('immediate above a severity of 0.8: the first two actions', () => {
    // Memory at 97.6 %: (97.6 − 85)/15 = 0.84.
    expect(adviceOn({ values: { memoryPercent: [97.6] } }).fresh).toEqual([
      {
        horizon: 'immediate',
        topic: 'memory-now',
        advice: 'Give each task more memory; add tasks.',
        evidence: { severity: expect.closeTo(0.84), observed: 97.6 },
      },
    ]);
  });

  it('short-term above 0.5: all three', () => {
    expect(adviceOn({ values: { memoryPercent: [97] } }).fresh).toMatchObject([
      {
        horizon: 'short_term',
        topic: 'memory-soon',
        advice: expect.stringMatching(/^Give each task more memory; add tasks; look for a leak: .*\.$/),
      },
    ]);
  });

  it('none at 0.5 and below', () => {
    expect(adviceOn({ values: { memoryPercent: [92.5] } }).fresh).toEqual([]);
    expect(adviceOn({}).fresh).toEqual([]);
  });

  it.each([
    ['for half an hour', now - 1800, 0, true],
    ['for less', now - 1799, 0, false],
    ['three times within the hour', now - 60, 2, true],
    ['twice', now - 60, 1, false],
  ])('long-term: %s', (_, sinceSeconds, timesBefore, expected) => {
    const loop = loopOf({
      bottlenecks: [{ kind: 'memory', severity: 0.1, impact: 0.1, sinceSeconds }],
      pastBottlenecks: Array.from({ length: timesBefore }, (_, index) => ({
        kind: 'memory' as const,
        sinceSeconds: now - 3000 + index,
        untilSeconds: now - 2000 + index,
      })),
    });
    const [habit] = adviceOn({ values: { memoryPercent: [86] } }, loop).fresh;
    expect(habit !== undefined).toBe(expected);
    if (habit === undefined) return;
    expect(habit).toMatchObject({
      horizon: 'long_term',
      topic: 'memory-habit',
      evidence: { timesWithinAnHour: 1 + timesBefore, lastedSeconds: now - sinceSeconds },
    });
  });
});

describe('on how it has been scaled', () => {
  const changes = (counts: readonly number[], everySeconds = 600, by: Change['by'] = 'weir'): LoopState =>
    loopOf({
      changes: counts.slice(1).map((to, index) => ({
        atSeconds: now - everySeconds * (counts.length - 1 - index),
        from: counts[index]!,
        to,
        by,
      })),
    });

  it.each<[string, LoopState, string[]]>([
    ['back and forth', changes([4, 6, 4, 6]), ['thrash']],
    ['forth and back', changes([4, 2, 4, 2]), ['thrash']],
    ['three times out', changes([4, 6, 9, 12]), ['three-out']],
    ['three times in', changes([9, 6, 4, 3]), ['three-in']],
    ['the last three count', changes([4, 9, 8, 7, 6]), ['three-in']],
    ['out, out and in', changes([4, 6, 9, 6]), []],
    ['twice is no pattern', changes([4, 6, 4]), []],
    ['a person may change his mind', changes([4, 6, 4, 6], 600, 'other'), []],
    ["a day's rise and fall is none", changes([4, 9, 4, 9], 8 * 3600), []],
    ['nothing was changed', loopOf(), []],
  ])('%s', (_, loop, expected) => expect(topics(adviceOn({}, loop))).toEqual(expected));

  it('says within which time', () => {
    expect(adviceOn({}, changes([4, 6, 4, 6])).fresh).toMatchObject([
      { horizon: 'short_term', evidence: { changes: 3, withinSeconds: 1200 } },
    ]);
  });
});

describe('on single signals', () => {
  it.each<[string, Values, string[]]>([
    ['CPU above 90 %', { cpuPercent: [90.1] }, ['cpu-soon', 'cpu-very-high']],
    ['CPU at 90 %', { cpuPercent: [90] }, []],
    ['p99 above twice the p95 target', { p99Ms: [201] }, ['p99-tail']],
    ['p99 at twice the p95 target', { p99Ms: [200] }, []],
    ['errors above 5 %', { errorPercent: [5.5] }, ['state_access-soon', 'errors']],
    ['errors at 5 %', { errorPercent: [5] }, []],
  ])('%s', (_, values, expected) => expect(topics(adviceOn({ values }))).toEqual(expected));

  it('nothing on what is stale', () => {
    const values = { p99Ms: [900], errorPercent: [50] };
    expect(adviceOn({ values, ageSeconds: 300 }).fresh).toEqual([]);
  });
});

describe('the same advice', () => {
  /** Ticks in turn, each with the state that the last one left. */
  function told(...ticks: readonly WindowOptions[]): string[][] {
    let loop = loopOf();
    return ticks.map((options) => {
      const analysis = analysisOf({ ...options, context }, loop);
      const advice = recommend(analysis, loop, context);
      loop = loopOf({
        bottlenecks: analysis.bottlenecks,
        pastBottlenecks: analysis.past,
        advised: advice.standing,
      });
      return topics(advice);
    });
  }

  it('is given once, and again when it comes back', () => {
    const high = { p99Ms: [300, 300] };
    const low = { p99Ms: [100, 100] };
    expect(told({ values: high }, { values: high }, { values: low }, { values: high })).toEqual([
      ['p99-tail'],
      [],
      [],
      ['p99-tail'],
    ]);
  });

  it('is not new because a point was lost', () => {
    const high = { values: { p99Ms: [300] } };
    expect(told(high, {}, { ...high, ageSeconds: 400 }, high)).toEqual([['p99-tail'], [], [], []]);
  });

  it('is not new because a severity hovers, until the bottleneck is over', () => {
    const [now96, now97, calm] = [measured(95.9), measured(96.1), measured(40)];
    expect(told(now97, now96, now97, now96, measured(89), now97, calm, now97)).toEqual([
      ['cpu-now', 'cpu-very-high'],
      ['cpu-soon'],
      [],
      [],
      [],
      [],
      [],
      ['cpu-now', 'cpu-very-high'],
    ]);
  });
});

it('every advice passes the schema of its event, and is a sentence', () => {
  const loop = loopOf({
    bottlenecks: (Object.keys(bottleneckKinds) as (keyof typeof bottleneckKinds)[]).map((kind) => ({
      kind,
      severity: 0.9,
      impact: 0.5,
      sinceSeconds: now - 3000,
    })),
  });
  const values = { cpuPercent: [99], p99Ms: [900], errorPercent: [50], p95Ms: [900], queueRecords: [1e6] };
  const { fresh, standing } = adviceOn({ values }, loop);
  expect(fresh.length).toBeGreaterThan(8);
  for (const it of fresh) {
    expect(recommendationSchema.parse(it)).toEqual(it);
    expect(it.advice).toMatch(/^[A-Z].*[^.]\.$/);
  }
  expect(new Set(standing).size).toBe(standing.length);
});
