import { describe, expect, it } from 'vitest';
import type { BottleneckKind } from '../../lib/contract/bottleneck.ts';
import { scenarios } from '../../lib/simulator/scenarios/named.ts';
import { beginWith, peakOf } from '../../lib/simulator/scenarios/traits.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { createWeir } from '../../lib/simulator/weir.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from '../simulator/constant-load.ts';
import { contextOf, createFluid, repeat } from '../support/fluid.ts';

const desiredOf = (fluid: ReturnType<typeof createFluid>) => fluid.story.observation().desiredTasks;

/** What a task can do is known, from an hour in which the load was once too much. */
function experienced(tasks = 8) {
  const fluid = createFluid(contextOf({ maxTasks: 60 }), tasks);
  repeat(10, () => fluid.minute(1500));
  repeat(4, () => fluid.minute(2200));
  repeat(40, () => fluid.minute(1500));
  return fluid;
}

describe('a slow leak of capacity: each task does one in a hundred less, minute by minute, for an hour', () => {
  it('is followed, task by task, and the lag never leaves the objective for long', () => {
    const fluid = experienced();
    const before = desiredOf(fluid);
    const from = fluid.story.told.length;
    let [late, share] = [0, 1];
    for (let minute = 0; minute < 60; minute++) {
      share *= 0.99;
      const working = share * fluid.story.observation().runningTasks;
      fluid.minute(1500, { working });
      if (fluid.backlog() / 1500 > 60) late++;
    }
    // 0.99⁶⁰ is 0.55: eight tasks' work is that of fifteen by then.
    expect(desiredOf(fluid)).toBeGreaterThanOrEqual(Math.ceil(1500 / (0.6 * 200)));
    expect(desiredOf(fluid)).toBeGreaterThan(before);
    expect(late).toBeLessThanOrEqual(12);
    const outs = fluid.story.told
      .slice(from)
      .filter(({ plan: { decision } }) => decision.kind === 'scale' && decision.direction === 'out');
    expect(outs.length).toBeGreaterThanOrEqual(3);
  });
});

describe('metrics are gone for ten minutes, and the load doubles meanwhile', () => {
  it('nothing is done in the dark, it is told once, and the first fresh minute is acted upon', () => {
    const fluid = experienced();
    const before = desiredOf(fluid);
    const from = fluid.story.told.length;
    // CloudWatch has nothing; the service goes on, and twice as much arrives.
    for (let minute = 0; minute < 10; minute++) fluid.minute(3000, { values: {} });
    const dark = fluid.story.told.slice(from);
    expect(dark.every(({ plan }) => plan.decision.kind === 'hold')).toBe(true);
    expect(desiredOf(fluid)).toBe(before);
    expect(dark.at(-1)!.plan.decision).toMatchObject({ reason: 'metrics-stale' });
    expect(dark.filter(({ plan }) => plan.missing !== undefined)).toHaveLength(1);
    fluid.minute(3000);
    expect(fluid.story.told.at(-1)!.plan.decision).toMatchObject({
      kind: 'scale',
      direction: 'out',
      reason: 'lag-objective-breached',
    });
    repeat(12, () => fluid.minute(3000));
    expect(fluid.backlog() / 3000).toBeLessThan(60);
  });
});

describe('an outage upstream: nothing arrives for twenty minutes, and then what was held back, all at once', () => {
  it('goes in for the calm, with patience, and out at once for the surge', () => {
    const fluid = experienced(10);
    const before = desiredOf(fluid);
    repeat(20, () => fluid.minute(0));
    expect(desiredOf(fluid)).toBe(1);
    const from = fluid.story.told.length;
    // Twenty minutes of 1,500 records/s come back within ten, on top of what arrives anyway.
    repeat(10, () => fluid.minute(4500));
    const out = fluid.story.told.slice(from).find(({ plan }) => plan.decision.kind === 'scale')!;
    expect(out.minute).toBe(from);
    expect(out.plan.decision).toMatchObject({ kind: 'scale', direction: 'out' });
    repeat(20, () => fluid.minute(1500));
    expect(fluid.backlog()).toBe(0);
    expect(desiredOf(fluid)).toBeLessThanOrEqual(before + 1);
  });
});

/** A scenario of the simulator under a load that stays, with what Weir says is the matter, minute by minute. */
async function simulated(name: 'skewed' | 'deploying', shareOfPeak: number, forSeconds: number) {
  const traits = scenarios[name](20, 60);
  const workload = constantLoad(shareOfPeak * peakOf(traits, 20), { forSeconds });
  const world = createSimulatedWorld(beginWith(traits, workload), workload, 5);
  const minutes: { readonly desiredTasks: number; readonly bottlenecks: readonly BottleneckKind[] }[] = [];
  const scaler = createWeir((_, bottlenecks) => {
    minutes.push({ desiredTasks: world.frame().desiredTasks, bottlenecks });
  });
  await simulate([{ world, scaler }]);
  return { minutes, score: world.score(), world };
}

describe('a hot partition: a tenth of the records have one key', () => {
  it('is named, counted with, and held', async () => {
    const { minutes, score } = await simulated('skewed', 0.9, 4 * 3600);
    const named = minutes.findIndex(({ bottlenecks }) => bottlenecks.includes('hot_partition'));
    const late = minutes.slice(60).filter(({ bottlenecks }) => bottlenecks.includes('hot_partition'));
    expect(named).toBeGreaterThan(0);
    expect(named).toBeLessThan(60);
    // Once its share is known the count is that at which the hot partition's task has little beside it.
    expect(late.length).toBeLessThanOrEqual(20);
    expect(minutes.at(-1)!.desiredTasks).toBeGreaterThanOrEqual(14);
    expect(score.lateRecordsShare).toBeLessThan(0.03);
    expect(minutes.some(({ bottlenecks }) => bottlenecks.includes('downstream'))).toBe(false);
  });
});

describe('a deployment that fails: for half an hour no new task gets ready', () => {
  it('nothing is scaled in meanwhile, and nothing is late that need not be', async () => {
    const { minutes, score, world } = await simulated('deploying', 0.5, 6 * 3600);
    const [, failing] = world.scenario.deployments!;
    const [begin, end] = [failing!.atSeconds / 60, (failing!.atSeconds + failing!.seconds) / 60];
    const during = minutes.slice(Math.ceil(begin) + 1, Math.floor(end) - 1).map((it) => it.desiredTasks);
    expect(during.length).toBeGreaterThan(20);
    for (const [index, tasks] of during.slice(1).entries())
      expect(tasks).toBeGreaterThanOrEqual(during[index]!);
    expect(score.lateRecordsShare).toBeLessThan(0.01);
  });
});
