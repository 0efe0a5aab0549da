import { clamp, maximum } from '../../core/statistics.ts';
import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { createScraper } from '../scraped.ts';
import type { SimulatedWorld } from '../world.ts';
import {
  evaluate,
  type FlinkSettings,
  flinkDefaults,
  parallelismFor,
  type VertexSample,
} from './flink-formulas.ts';

const callTimeoutSeconds = 5;
/** How often the standalone autoscaler looks at each job. */
const loopSeconds = 10;

/**
 * Flink's job autoscaler (apache/flink-kubernetes-operator, JobAutoScalerImpl) with its defaults, for a job of one
 * vertex whose subtasks are the tasks: metrics over a full window that begins anew, after a stabilization interval,
 * whenever the job has been rescaled; up at once; down an hour after it was first wanted, to the most that was wanted
 * in that hour.
 * https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-main/docs/custom-resource/autoscaler/
 *
 * It reads the job itself (scraped.ts), at once. Assumed: a rescaled ECS service is a restarted job, from the moment that
 * its count of consuming tasks has changed, though it only stops as long as a rebalance takes; the vertex's bounds are
 * the service's instead of 1 and 200; parallelism alignment (BALANCED) is the fewest tasks of which the heaviest has no
 * more partitions. Detection of ineffective scaling, memory tuning and observed scalability are off, as by default.
 */
export function createFlink(
  scenario: Scenario,
  settings: FlinkSettings = flinkDefaults,
  name = 'flink',
): Scaler {
  const scrape = createScraper();
  let samples: VertexSample[] = [];
  let steadySinceSeconds: number | undefined;
  let consumers: number | undefined;
  let scaleDown: DelayedScaleDown | undefined;

  const observe = async (world: SimulatedWorld): Promise<void> => {
    const { atSeconds, processedPerSecond, backlogRecords, busiestShare } = await scrape(world);
    const { consumingTasks } = world.frame();
    if (consumingTasks !== consumers) {
      steadySinceSeconds = atSeconds;
      samples = [];
      consumers = consumingTasks;
    }
    const settled = atSeconds - (steadySinceSeconds ?? atSeconds) >= settings.stabilizationSeconds;
    if (!settled || busiestShare === undefined) return;
    samples = samples.filter((it) => it.atSeconds >= atSeconds - settings.metricsWindowSeconds);
    samples.push({
      atSeconds,
      inRatePerSecond: processedPerSecond,
      lagRecords: backlogRecords,
      busyShare: busiestShare,
    });
  };

  const wish = (nowSeconds: number, current: number): number | undefined => {
    const oldest = samples[0];
    if (oldest === undefined || nowSeconds - oldest.atSeconds < settings.metricsWindowSeconds)
      return undefined;
    const metrics = evaluate(samples, settings);
    if (metrics === undefined) return undefined;
    const { minTasks, maxTasks, partitions } = scenario;
    const wanted = aligned(parallelismFor(current, metrics, settings), partitions);
    return clamp(wanted, Math.max(1, minTasks), maxTasks);
  };

  return {
    name,
    step: async (world) => {
      await observe(world);
      const now = world.clock.nowSeconds();
      const { desiredTasks, consumingTasks } = world.frame();
      if (now % loopSeconds !== 0 || desiredTasks !== consumingTasks) return;
      const wanted = wish(now, consumingTasks);
      if (wanted === undefined) return;
      scaleDown = delayed(scaleDown, wanted, consumingTasks, now);
      const due =
        scaleDown !== undefined && now - scaleDown.sinceSeconds >= settings.scaleDownIntervalSeconds;
      const next = due ? (maximum(scaleDown?.wishes ?? []) ?? wanted) : Math.max(wanted, consumingTasks);
      if (next === desiredTasks) return;
      scaleDown = undefined;
      await world.services.updateDesiredTasks(world.service, next, callTimeoutSeconds);
    },
  };
}

/** Counts below the current one that have been wanted, one after the other, since a moment. */
export type DelayedScaleDown = { readonly sinceSeconds: number; readonly wishes: readonly number[] };

/** A wish for no fewer ends it. */
export function delayed(
  before: DelayedScaleDown | undefined,
  wanted: number,
  current: number,
  nowSeconds: number,
): DelayedScaleDown | undefined {
  if (wanted >= current) return undefined;
  return {
    sinceSeconds: before?.sinceSeconds ?? nowSeconds,
    wishes: [...(before?.wishes ?? []), wanted],
  };
}

/**
 * The fewest tasks of which the heaviest has as few of the partitions as it would have among so many.
 * E.g. of 8 partitions: 7 tasks become 4, for one of the seven has two as well; 9 become 8.
 */
export function aligned(tasks: number, partitions: number | undefined): number {
  if (partitions === undefined || tasks < 1) return tasks;
  return Math.ceil(partitions / Math.ceil(partitions / tasks));
}
