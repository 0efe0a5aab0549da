import type { Scaler } from '../scaler.ts';
import { combine, readBacklog, readRunningTasks } from './signals.ts';
import { createTargetTracking } from './target-tracking.ts';

/** Of the lag objective, what a record may wait: the rest is left for starting the tasks. */
const acceptableShare = 0.5;

/**
 * Records that a task may have before it while none waits longer than is acceptable: acceptable latency ÷ the time for
 * one record. E.g. 10 s and 0.1 s a record: 100.
 */
export function acceptableBacklog(latencySeconds: number, secondsPerRecord: number): number {
  return latencySeconds / secondsPerRecord;
}

/**
 * Target tracking on the backlog per task, as AWS advises for queues: what waits ÷ the tasks that run, by metric math
 * with Container Insights' RunningTaskCount.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
 *
 * Assumed: what waits in a Kinesis stream is iterator age × arrivals (signals.ts). When nothing waits the metric is 0
 * however many tasks there are, and a proportional scale-in would go to the minimum at once; a tenth at a time, after a
 * minute each, is the best for it that we have found.
 */
export function createBacklogPerTask(lagObjectiveSeconds: number, taskRatePerSecond: number): Scaler {
  return createTargetTracking({
    name: 'backlog-per-task',
    target: acceptableBacklog(acceptableShare * lagObjectiveSeconds, 1 / taskRatePerSecond),
    scaleInCooldownSeconds: 60,
    scaleInShare: 0.1,
    metric: async (world) =>
      combine(await readBacklog(world), await readRunningTasks(world), (waiting, tasks) => waiting / tasks),
  });
}
