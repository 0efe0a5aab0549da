import { describe, expect, it } from 'vitest';
import { analyze } from '../../lib/core/analyze.ts';
import { stepIn, thresholdWish } from '../../lib/core/threshold-strategy.ts';
import { assembleWindow } from '../../lib/core/window.ts';
import type { CountWish } from '../../lib/core/wish.ts';
import {
  analysisOf,
  cpuContext,
  loopOf,
  now,
  repeated,
  samplesOf,
  type Values,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

const defaults = cpuContext();

const wishOf = (options: WindowOptions, loop = loopOf(), context = defaults) =>
  thresholdWish(analysisOf({ ...options, context }, loop), loop, context);

/** As a count; a hold would have none. */
const countOf = (...args: Parameters<typeof wishOf>) => wishOf(...args) as CountWish;

const at = (cpuPercent: number, memoryPercent = 10, more: Values = {}): WindowOptions => ({
  values: { cpuPercent: repeated(cpuPercent, 6), memoryPercent: repeated(memoryPercent, 6), ...more },
});

describe('stepIn', () => {
  it.each([
    ['the worked number: 10', 10, 0.3, 0.3, 7],
    ['the worked number: 2 at 0.45', 2, 0.3, 0.45, 2],
    ['the load bounds the step', 10, 0.9, 0.4, 5],
    ['the last one stays', 1, 0.3, 0.01, 1],
    ['no load at all: the step', 10, 0.3, 0, 7],
    ['two without load', 2, 0.3, 0, 1],
    ['where none is wanted, none is', 0, 0.3, 0, 0],
    ['100 · (1 − 0.42) is 58.00000000000001', 100, 0.42, 0.1, 58],
    ['never more than there are', 4, 0.3, 3, 4],
  ])('%s', (_, tasks, step, factor, expected) => {
    expect(stepIn(tasks, step, factor, 0.8)).toBe(expected);
  });

  it('is never undone at once: what is left bears the load', () => {
    for (let tasks = 1; tasks <= 60; tasks++) {
      for (const factor of [0, 0.05, 0.2, 0.35, 0.49]) {
        const fewer = stepIn(tasks, 0.3, factor, 0.8);
        expect(fewer).toBeGreaterThanOrEqual(1);
        if (fewer < tasks) expect((factor * tasks) / fewer).toBeLessThanOrEqual(0.8 + 1e-6);
      }
    }
  });
});

describe('with a point every 20 s', () => {
  const quick = cpuContext({ utilizationSeconds: 20, evaluationSeconds: 20 });
  /** The last one 40 s old. */
  const every20 = (values: readonly number[]) =>
    values.map((value, index) => ({ atSeconds: now - 40 - 20 * (values.length - 1 - index), value }));
  const wishOn = (cpu: readonly number[], loop = loopOf()) => {
    const samples = samplesOf({ context: quick }).map((it, index, all) =>
      index === all.length - 1
        ? { ...it, series: { cpuPercent: every20(cpu), memoryPercent: every20(cpu.map(() => 10)) } }
        : it,
    );
    const window = assembleWindow(samples, quick, now);
    return thresholdWish(analyze(window, loop, quick), loop, quick);
  };

  it('three of them decide, and one alone moves nothing', () => {
    const calm = repeated(30, 12);
    expect(wishOn([...calm, 90, 90, 90])).toMatchObject({ tasks: 6, reasonOut: 'utilization-high' });
    expect(wishOn([...calm, 90])).toMatchObject({ tasks: 4 });
  });

  it('a service that does not have them has none at all: missing, and nothing is scaled in', () => {
    const loop = loopOf();
    const window = windowOf({ context: quick });
    expect(thresholdWish(analyze(window, loop, quick), loop, quick)).toMatchObject({
      kind: 'hold',
      reason: 'metrics-missing',
    });
  });
});

describe('thresholdWish', () => {
  it('the worked number: CPU 63 % of 70, memory 40 of 80: 0.9, and 4 tasks become 6', () => {
    expect(wishOf(at(63, 40))).toMatchObject({
      kind: 'count',
      tasks: 6,
      reasonOut: 'utilization-high',
      evidence: { factor: 0.9, wantedTasks: 6 },
      model: { cpuPercent: 63 },
    });
  });

  it.each<[string, WindowOptions, number]>([
    ['at 0.8 it rests', at(56), 4],
    ['at 0.5 it rests', at(35), 4],
    ['below it goes in, as far as the load allows', at(34), 3],
    ['memory alone goes out', at(10, 72), 6],
    ['p95 alone goes out, where it is measured', at(10, 10, { p95Ms: repeated(90, 6) }), 6],
    ['an old p95 says nothing', at(10, 10, { p95Ms: [900, ...repeated(undefined, 5)] }), 3],
    ['one spike moves nothing outward', at(10, 10, { cpuPercent: [40, 40, 40, 40, 40, 70] }), 4],
    ['two minutes of it do', at(10, 10, { cpuPercent: [40, 40, 40, 40, 70, 70] }), 6],
    ['inward the highest of five minutes counts', at(10, 10, { cpuPercent: [5, 36, 5, 5, 5, 5] }), 4],
    ['and what was before them does not', at(10, 10, { cpuPercent: [70, 5, 5, 5, 5, 5] }), 3],
  ])('%s', (_, options, expected) => expect(countOf(options).tasks).toBe(expected));

  it('tasks on their way out bear a load that those who stay will have to', () => {
    // Ten run at 28 % CPU, five are to stay: those will stand at 0.8 of the target, and none of them can go.
    const leaving = { ...at(28), tasks: 5, observed: () => ({ runningTasks: 10 }) };
    expect(countOf(leaving)).toMatchObject({ tasks: 5, evidence: { factor: 0.4 } });
    expect(countOf({ ...at(28), tasks: 5 }).tasks).toBe(4);
  });

  it('throughput per task, where the policy has a target: 4 tasks of 100 are full at 400', () => {
    const context = cpuContext({ throughputTargetPerTask: 100 });
    const processed = (perSecond: number) => at(10, 10, { processedPerSecond: repeated(perSecond, 6) });
    expect(countOf(processed(360), loopOf(), context)).toMatchObject({ tasks: 6, evidence: { factor: 0.9 } });
    expect(countOf(processed(360)).tasks).toBe(3);
  });

  it.each<[string, WindowOptions, string, string[]]>([
    ['nothing was ever measured', {}, 'metrics-missing', ['cpuPercent', 'memoryPercent']],
    ['memory never was', { values: { cpuPercent: [10] } }, 'metrics-missing', ['memoryPercent']],
    ['all is old', { ...at(90), ageSeconds: 300 }, 'metrics-stale', ['cpuPercent', 'memoryPercent']],
  ])('%s: it holds, and says what is missing', (_, options, reason, missing) => {
    expect(wishOf(options)).toMatchObject({ kind: 'hold', reason, missing });
  });

  it('a signal that is there and high goes out, whatever is missing beside it', () => {
    expect(wishOf({ values: { cpuPercent: [90, 90] } })).toMatchObject({ kind: 'count', tasks: 6 });
  });

  it.each([
    ['idle', 5],
    ['busy', 95],
  ])('all tasks were taken away while they were %s: none is brought back', (_, cpuPercent) => {
    const gone = { ...at(cpuPercent), tasks: [...repeated(4, 58), 0, 0] };
    expect(countOf(gone, loopOf(), cpuContext({ minTasks: 0 })).tasks).toBe(0);
  });

  it.each([
    ['tasks are starting', { observation: { runningTasks: 3 } }, loopOf()],
    [
      'the last change does not show yet',
      {},
      loopOf({ changes: [{ atSeconds: now - 179, from: 3, to: 4, by: 'weir' }] }),
    ],
  ] as const)('%s: more can wait', (_, more, loop) => {
    expect(countOf({ ...at(60), ...more }, loop)).toMatchObject({ patience: 'tasks-starting', tasks: 6 });
  });

  it('above its target it cannot, once the last change shows', () => {
    const change = (ago: number) =>
      loopOf({ changes: [{ atSeconds: now - ago, from: 3, to: 4, by: 'weir' as const }] });
    expect(countOf(at(77), change(179)).breach).toBe(false);
    expect(countOf(at(77), change(180)).breach).toBe(true);
    expect(countOf(at(77), change(180)).patience).toBeUndefined();
    expect(countOf(at(69), loopOf()).breach).toBe(false);
  });

  it('both directions have the confidence that they need', () => {
    for (const cpuPercent of [5, 95]) {
      expect(countOf(at(cpuPercent)).confidence).toBeGreaterThanOrEqual(defaults.policy.scaleInConfidence);
    }
  });
});
