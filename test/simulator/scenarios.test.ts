import { describe, expect, it } from 'vitest';
import { resolve } from '../../lib/config/resolve.ts';
import { createTargetTrackingCpu } from '../../lib/simulator/rivals/target-tracking-cpu.ts';
import { scenarioNames, scenarios } from '../../lib/simulator/scenarios/named.ts';
import { beginWith, peakOf } from '../../lib/simulator/scenarios/traits.ts';
import { capacityAt } from '../../lib/simulator/service-capacity.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { createWeir } from '../../lib/simulator/weir.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

describe.each(scenarioNames)('%s', (name) => {
  it.each([0.5, 1, 3, 20])('with %s tasks at its peak is a service that can hold it', (peakTasks) => {
    const traits = scenarios[name](peakTasks, 60);
    const peak = peakOf(traits, peakTasks);
    const scenario = beginWith(traits, constantLoad(peak));
    expect(peak).toBeGreaterThan(0);
    expect(scenario.initialTasks).toBeLessThanOrEqual(scenario.maxTasks);
    const { downstreamRatePerSecond, ...tasksAlone } = traits;
    expect(capacityAt(tasksAlone, traits.maxTasks)).toBeGreaterThanOrEqual(0.999 * peak);
    if (traits.partitionShares === undefined) return;
    expect(traits.partitionShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(traits.partitionShares).toHaveLength(traits.partitions ?? 0);
  });
});

describe.each(scenarioNames)('%s', (name) => {
  it.each([0.5, 1, 3, 20])('with %s tasks at its peak is a service that Weir can manage', (peakTasks) => {
    const traits = scenarios[name](peakTasks, 60);
    const workload = constantLoad(peakOf(traits, peakTasks));
    const world = createSimulatedWorld(beginWith(traits, workload), workload, 1);
    expect(resolve(world.tags, { policies: {} }).kind).toBe('managed');
  });

  // CPU that never goes above 60 or 40 % looks as if there was room: what a task can do is learned by going too far once.
  // So is, from the lag of one partition, that it is hot.
  const mostLate = { 'downstream-limited': 0.02, 'io-kafka': 0.02, skewed: 0.02 }[name as string] ?? 0;

  it('holds half of its peak in time, and the same seed gives the same score', async () => {
    const play = async () => {
      const traits = scenarios[name](20, 60);
      const workload = constantLoad(0.5 * peakOf(traits, 20));
      const world = createSimulatedWorld(beginWith(traits, workload), workload, 7);
      await simulate([{ world, scaler: createWeir() }]);
      return world.score();
    };
    const score = await play();
    expect(score.lateRecordsShare).toBeLessThanOrEqual(mostLate);
    expect(await play()).toEqual(score);
  });
});

describe('io-kafka', () => {
  it('plays the same for the same seed, and stops whenever its group changes', async () => {
    const play = async () => {
      const traits = scenarios['io-kafka'](20, 60);
      const load = { forSeconds: 3600, later: { afterSeconds: 900, ratePerSecond: 8000 } };
      const workload = constantLoad(4000, load);
      const scenario = beginWith(traits, workload);
      const world = createSimulatedWorld(scenario, workload, 7);
      const scaler = createTargetTrackingCpu(38);
      await simulate([{ world, scaler }]);
      return world.score();
    };
    const score = await play();
    expect(score.scaleOuts).toBeGreaterThan(0);
    expect(score.worstLagSeconds).toBeGreaterThan(20);
    expect(await play()).toEqual(score);
  });
});

describe('deploying', () => {
  it('has a deployment and a failing one in the middle, however long it lasts', () => {
    const workload = constantLoad(4000, { forSeconds: 36_000 });
    const world = createSimulatedWorld(beginWith(scenarios.deploying(20, 60), workload), workload, 1);
    const seen: string[] = [];
    while (!world.done) {
      world.step();
      const described = world.services.get(world.service);
      if (described.kind === 'gone') throw new Error(described.cause);
      const { revision, deploying, runningTasks } = described.observation;
      const state = `${revision}${deploying ? ' deploying' : ''} of ${runningTasks}`;
      if (seen.at(-1) !== state) seen.push(state);
    }
    expect(seen).toEqual([
      ...['orders:1 of 10', 'orders:2 deploying of 10', 'orders:2 of 10'],
      ...['orders:3 deploying of 10', 'orders:2 of 10'],
    ]);
  });
});

describe('flaky metrics', () => {
  it('lose points and have outages; what is there is what was', () => {
    const traits = scenarios['flaky-metrics'](20, 60);
    const { metrics, ...whole } = traits;
    const workload = constantLoad(4000);
    const read = async (of: typeof whole) => {
      const world = createSimulatedWorld(beginWith(of, workload), workload, 3);
      while (!world.done) world.step();
      world.clock.advance(600);
      const reading = await world.metrics.read({
        namespace: 'AWS/Kinesis',
        metricName: 'IncomingRecords',
        dimensions: { StreamName: 'orders' },
        statistic: 'Sum',
        periodSeconds: 60,
        sinceSeconds: workload.fromSeconds,
      });
      return reading.kind === 'read' ? reading.points : [];
    };
    return Promise.all([read(traits), read(whole)]).then(([flaky, steady]) => {
      expect(flaky.length).toBeLessThan(steady.length);
      expect(flaky.length).toBeGreaterThan(0);
      for (const point of flaky) expect(steady).toContainEqual(point);
    });
  });
});
