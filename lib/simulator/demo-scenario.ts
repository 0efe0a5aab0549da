import type { Scenario } from './scenario.ts';
import type { Workload } from './workload.ts';

/** What one task of the demo's service can process, records/s. */
export const demoTaskRatePerSecond = 500;

/** Shards for each task of the peak: enough that whole ones are handed out nearly evenly. */
const partitionsPerTask = 6;
/** Where a careful owner would start: with a fifth to spare. */
const initialUtilization = 0.8;

/**
 * The demo's service: a consumer of Kinesis that its CPU limits, on Fargate, whose tasks take about a minute to start.
 * `peakTasks` process the workload's peak; twice as many are allowed, for what lies above.
 */
export function demoScenario(workload: Workload, peakTasks: number, lagObjectiveSeconds: number): Scenario {
  const maxTasks = Math.max(2, Math.ceil(2 * peakTasks));
  const atFirst = workload.ratePerSecond(workload.fromSeconds) / demoTaskRatePerSecond;
  return {
    source: 'kinesis',
    partitions: Math.ceil(partitionsPerTask * Math.max(1, peakTasks)),
    taskRatePerSecond: demoTaskRatePerSecond,
    startupSeconds: { shortest: 45, longest: 75 },
    rebalanceSeconds: 0,
    initialTasks: Math.min(maxTasks, Math.max(1, Math.ceil(atFirst / initialUtilization))),
    minTasks: 1,
    maxTasks,
    lagObjectiveSeconds,
    cpuAtSaturationPercent: 90,
  };
}
