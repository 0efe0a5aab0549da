import { describe, expect, it } from 'vitest';
import { createMemoryScalableTargets } from '../../lib/adapters/memory/scalable-targets.ts';
import { createMemorySources } from '../../lib/adapters/memory/sources.ts';
import { parseFleet } from '../../lib/config/fleet.ts';
import type { Statistic } from '../../lib/config/metric-sets.ts';
import { discover } from '../../lib/control/discover.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import { createWorld, noon, observation, service } from '../control/world.ts';

const ecs = { ClusterName: 'main', ServiceName: 'orders' };
const queue = { Broker: 'main-1', Queue: 'orders' };
const ofQueue = { namespace: 'AWS/AmazonMQ', dimensions: { ...queue, Queue: '{service}' } };
const fleet = parseFleet({
  sources: {
    activemq: {
      backlogRecords: { ...ofQueue, metricName: 'QueueSize', statistic: 'Maximum' },
      arrivalsPerSecond: { ...ofQueue, metricName: 'EnqueueCount', statistic: 'Sum' },
    },
    reader: {
      arrivalsPerSecond: { namespace: 'Shop', metricName: 'Rate', statistic: 'Average' },
      lagSeconds: { namespace: 'Shop', metricName: 'Behind', statistic: 'Maximum' },
    },
    latency: {
      p95Ms: {
        namespace: 'AWS/ApplicationELB',
        metricName: 'TargetResponseTime',
        dimensions: { TargetGroup: 'targetgroup/orders/1' },
        statistic: 'p95',
        multiplyBy: 1000,
      },
    },
  },
});

/** A service that is found by its tags, and evaluated each minute, on what is published of the minute before. */
async function createService(source: string, tasks = 4) {
  const world = createWorld();
  const tags = { 'weir:managed': 'auto', 'weir:source': source, 'weir:max': '40' };
  const counts = { desiredTasks: tasks, runningTasks: tasks };
  world.services.put(service, { observation: { ...observation, ...counts }, tags });
  const { clock, store, services, telemetry } = world;
  const lookedUp = { sources: createMemorySources(), targets: createMemoryScalableTargets() };
  const found = await discover({ clock, store, services, tagged: services, ...lookedUp, fleet, telemetry });
  expect(found).toEqual([{ service, outcome: 'registered' }]);
  const lines: string[] = [];
  let slotSeconds = noon;
  type Metric = {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Record<string, string>;
  };
  const publish = (metric: Metric, values: Readonly<Partial<Record<Statistic, number>>>) =>
    world.metrics.publish(metric, {
      endSeconds: slotSeconds - 60,
      periodSeconds: 60,
      values,
      visibleAtSeconds: slotSeconds,
    });
  return {
    publish,
    ecs: (cpuPercent: number) => {
      publish(
        { namespace: 'AWS/ECS', metricName: 'CPUUtilization', dimensions: ecs },
        { Average: cpuPercent },
      );
      publish({ namespace: 'AWS/ECS', metricName: 'MemoryUtilization', dimensions: ecs }, { Average: 20 });
    },
    tick: async () => {
      clock.set(slotSeconds + 5);
      const report = await runOnce({ service, slotSeconds }, world.ports);
      if (!('decision' in report)) throw new Error(`the tick came to ${report.kind}`);
      const { decision } = report;
      const line =
        decision.kind === 'scale'
          ? `${decision.from}→${decision.to} ${decision.reason}`
          : `hold ${decision.reason}`;
      if (line !== lines.at(-1)) lines.push(line);
      const desired = world.desiredTasks() ?? 0;
      world.services.update(service, { runningTasks: desired });
      slotSeconds += 60;
      return decision;
    },
    tasks: () => world.desiredTasks() ?? 0,
    lines,
  };
}

describe('a queue of ActiveMQ, by the metrics that the deployment names for it', () => {
  it('is held at its lag objective like any other', async () => {
    const orders = await createService('metrics/activemq');
    let [waiting, late] = [0, 0];
    const minute = async (perSecond: number) => {
      const able = orders.tasks() * 100;
      const processed = Math.min(able, perSecond + waiting / 60);
      waiting += 60 * (perSecond - processed);
      orders.publish(
        { namespace: 'AWS/AmazonMQ', metricName: 'QueueSize', dimensions: queue },
        { Maximum: waiting },
      );
      orders.publish(
        { namespace: 'AWS/AmazonMQ', metricName: 'EnqueueCount', dimensions: queue },
        { Sum: 60 * perSecond },
      );
      if (waiting / perSecond > 60) late++;
      orders.ecs(3 + (87 * processed) / able);
      return orders.tick();
    };
    for (let index = 0; index < 12; index++) await minute(390);
    for (let perSecond = 390; perSecond < 800; perSecond += 20) await minute(perSecond);
    for (let index = 0; index < 10; index++) await minute(800);

    expect(orders.tasks()).toBeGreaterThanOrEqual(8);
    expect(orders.tasks()).toBeLessThanOrEqual(10);
    expect(waiting).toBe(0);
    expect(late).toBe(0);
  });
});

describe('an application that says itself how far it is behind', () => {
  const shop = (metricName: string) => ({ namespace: 'Shop', metricName, dimensions: {} });

  it('is held at its lag objective: what waits follows from what came within its lag', async () => {
    const orders = await createService('metrics/reader');
    const minute = (lagSeconds: number) => {
      orders.publish(shop('Rate'), { Average: 400 });
      orders.publish(shop('Behind'), { Average: lagSeconds, Maximum: lagSeconds });
      orders.ecs(60);
      return orders.tick();
    };
    for (let index = 0; index < 8; index++) await minute(2);
    expect(orders.lines.every((it) => it.startsWith('hold'))).toBe(true);
    const { evidence } = await minute(90);
    expect(evidence).toMatchObject({ lagSeconds: 90, arrivalsPerSecond: 400, backlogRecords: 36_000 });
    expect(orders.tasks()).toBeGreaterThan(4);
  });

  it('a lag that is not put is unknown, and no consumer that has stopped', async () => {
    const orders = await createService('metrics/reader');
    for (let index = 0; index < 12; index++) {
      orders.publish(shop('Rate'), { Average: 400 });
      orders.ecs(10);
      await orders.tick();
    }
    expect(orders.lines).toEqual(['hold metrics-missing']);
    expect(orders.tasks()).toBe(4);
  });
});

describe('a web service whose latency the deployment names', () => {
  const load = { namespace: 'AWS/ApplicationELB', metricName: 'TargetResponseTime' };
  const slow = { ...load, dimensions: { TargetGroup: 'targetgroup/orders/1' } };

  it('scales out for it, however idle its CPU is, and not in while it is lost', async () => {
    const orders = await createService('metrics/latency');
    const minute = async (cpuPercent: number, p95Seconds?: number) => {
      orders.ecs(cpuPercent);
      if (p95Seconds !== undefined) orders.publish(slow, { p95: p95Seconds });
      return orders.tick();
    };
    for (let index = 0; index < 5; index++) await minute(20, 0.07);
    expect(orders.lines).toEqual(['hold on-target']);
    for (let index = 0; index < 3; index++) await minute(20, 0.15);
    expect(orders.lines.slice(1)).toEqual(['4→6 utilization-high', 'hold tasks-starting']);
    // Nothing is heard of the latency any more. The last that was asks for a step; that the CPU is idle, for no task less.
    for (let index = 0; index < 12; index++) await minute(20);
    expect(await minute(20)).toMatchObject({ kind: 'hold', reason: 'metrics-stale', missing: ['p95Ms'] });
    expect(orders.tasks()).toBe(9);
  });

  it('is held at its CPU and memory while nobody calls it: a balancer that has no requests has no latency', async () => {
    const orders = await createService('metrics/latency');
    for (let index = 0; index < 12; index++) {
      orders.ecs(10);
      await orders.tick();
    }
    expect(orders.tasks()).toBeLessThan(4);
  });
});
