import type { Point } from '../../contract/measurement.ts';
import { mean } from '../../core/statistics.ts';
import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { createScraper } from '../scraped.ts';
import type { SimulatedWorld } from '../world.ts';
import { type AlarmResolution, createTargetTracking, type TargetTrackingPolicy } from './target-tracking.ts';

/** With it a step in load takes as long to trigger as AWS measured for 20 s metrics: 86 s. */
export const twentySecondResolution: AlarmResolution = {
  periodSeconds: 20,
  highPeriods: 3,
  lowPeriods: 15,
  actionDelaySeconds: 35,
  alignedToSeconds: 5,
};

/** Of the CPU that full tasks show. */
const targetShare = 75 / 90;

/**
 * Target tracking on ECSServiceAverageCPUUtilizationHighResolution, the 20 s metric of June 2026: its alarms see a
 * breach within 86 s, and not after 363 s.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/target-tracking-faster-auto-scaling.html
 * https://github.com/aws/containers-roadmap/issues/2113
 *
 * Its settings, for a service whose tasks are full at 90 %: a target of 75 % and two minutes between scale-ins. At 85 %
 * a full service grows by a twentieth at a time, and stays late for hours; at 70 % it costs a twentieth more. Tried: 70
 * to 85 %, cooldowns of one to five minutes, a fifth or all at once.
 *
 * Assumed: the lower alarm needs 15 periods, as with one-minute metrics; of 15 minutes of them it costs a tenth more. No
 * point is lost. The mean busy time of the tasks is their CPU, as in the world's own one-minute metric.
 */
export function createTargetTrackingCpu20s(scenario: CpuTraits): Scaler {
  return createTargetTracking(cpu20sPolicy(scenario));
}

type CpuTraits = Pick<Scenario, 'cpuAtSaturationPercent'>;

/** The policy, for one scaler: it remembers the metric. */
export function cpu20sPolicy({ cpuAtSaturationPercent }: CpuTraits): TargetTrackingPolicy {
  return {
    name: 'target-tracking-cpu-20s',
    target: targetShare * cpuAtSaturationPercent,
    scaleInCooldownSeconds: 120,
    scaleInShare: 1,
    resolution: twentySecondResolution,
    metric: createCpuPeriods(twentySecondResolution),
  };
}

/** Means of the CPU over each period, as far back as an alarm looks. */
function createCpuPeriods({
  periodSeconds,
  lowPeriods,
}: AlarmResolution): (world: SimulatedWorld) => Promise<readonly Point[]> {
  const scrape = createScraper();
  let points: readonly Point[] = [];
  let readings: number[] = [];
  return async (world) => {
    const { atSeconds, cpuPercent } = await scrape(world);
    if (cpuPercent !== undefined) readings.push(cpuPercent);
    if (atSeconds % periodSeconds !== 0) return points;
    const value = mean(readings);
    readings = [];
    if (value !== undefined) points = [...points.slice(1 - lowPeriods), { atSeconds, value }];
    return points;
  };
}
