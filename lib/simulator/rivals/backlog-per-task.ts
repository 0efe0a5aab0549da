import type { Point } from '../../contract/measurement.ts';
import { parseServiceId } from '../../contract/service-id.ts';
import type { MetricQuery } from '../../control/ports.ts';
import type { Scaler } from '../scaler.ts';
import type { SimulatedWorld } from '../world.ts';
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
 * Assumed: Kinesis has no metric for what waits, so it is iterator age × arrivals, the nearest that CloudWatch's metric
 * math can come to it. When nothing waits the metric is 0 however many tasks there are, and a proportional scale-in would
 * go to the minimum at once; a tenth at a time, after a minute each, is the best for it that we have found.
 */
export function createBacklogPerTask(lagObjectiveSeconds: number, taskRatePerSecond: number): Scaler {
  return createTargetTracking({
    name: 'backlog-per-task',
    target: acceptableBacklog(acceptableShare * lagObjectiveSeconds, 1 / taskRatePerSecond),
    scaleInCooldownSeconds: 60,
    scaleInShare: 0.1,
    metric: async (world) => {
      const [waiting, running] = await Promise.all([readBacklog(world), readRunning(world)]);
      return waiting.flatMap(({ atSeconds, value }) => {
        const tasks = running.find((it) => it.atSeconds === atSeconds)?.value ?? 0;
        return tasks > 0 ? [{ atSeconds, value: value / tasks }] : [];
      });
    },
  });
}

async function readBacklog(world: SimulatedWorld): Promise<readonly Point[]> {
  const { source } = world;
  if (source.kind === 'sqs') {
    return read(
      world,
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      { QueueName: source.queue },
      'Average',
    );
  }
  const dimensions = { StreamName: source.stream };
  const [ages, sums] = await Promise.all([
    read(world, 'AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', dimensions, 'Average'),
    read(world, 'AWS/Kinesis', 'IncomingRecords', dimensions, 'Sum'),
  ]);
  return ages.flatMap(({ atSeconds, value }) => {
    const records = sums.find((it) => it.atSeconds === atSeconds)?.value;
    return records === undefined ? [] : [{ atSeconds, value: (value / 1000) * (records / 60) }];
  });
}

function readRunning(world: SimulatedWorld): Promise<readonly Point[]> {
  const { cluster, service } = parseServiceId(world.service);
  const dimensions = { ClusterName: cluster, ServiceName: service };
  return read(world, 'ECS/ContainerInsights', 'RunningTaskCount', dimensions, 'Average');
}

async function read(
  { metrics, clock }: SimulatedWorld,
  namespace: string,
  metricName: string,
  dimensions: MetricQuery['dimensions'],
  statistic: MetricQuery['statistic'],
): Promise<readonly Point[]> {
  const sinceSeconds = clock.nowSeconds() - 1200;
  const reading = await metrics.read({
    namespace,
    metricName,
    dimensions,
    statistic,
    periodSeconds: 60,
    sinceSeconds,
  });
  return reading.kind === 'read' ? reading.points : [];
}
