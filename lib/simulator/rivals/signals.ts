import type { StreamSource } from '../../config/source.ts';
import type { Point } from '../../contract/measurement.ts';
import { parseServiceId } from '../../contract/service-id.ts';
import type { MetricQuery } from '../../control/ports.ts';
import { brokers } from '../vended-metrics.ts';
import type { SimulatedWorld } from '../world.ts';

type MskSource = Extract<StreamSource, { readonly kind: 'msk' }>;

/** A minute's values as CloudWatch shows them now, oldest first; a minute without data is left out. */
export type Minutes = readonly Point[];

const lookBackSeconds = 1200;

/** ECS's mean CPU utilization, percent. */
export function readCpu(world: SimulatedWorld): Promise<Minutes> {
  return read(world, 'AWS/ECS', 'CPUUtilization', ecsDimensions(world), 'Average');
}

/** Container Insights' count of tasks that run. */
export function readRunningTasks(world: SimulatedWorld): Promise<Minutes> {
  return read(world, 'ECS/ContainerInsights', 'RunningTaskCount', ecsDimensions(world), 'Average');
}

/** Records that come in, per second. */
export async function readArrivals(world: SimulatedWorld): Promise<Minutes> {
  const { source } = world;
  if (source.kind === 'msk') return readBrokers(world, source);
  const sums =
    source.kind === 'sqs'
      ? await read(world, 'AWS/SQS', 'NumberOfMessagesSent', { QueueName: source.queue }, 'Sum')
      : await read(world, 'AWS/Kinesis', 'IncomingRecords', { StreamName: source.stream }, 'Sum');
  return sums.map(({ atSeconds, value }) => ({ atSeconds, value: value / 60 }));
}

/** Age of the oldest record that waits, seconds, the worst of the minute. */
export async function readLag(world: SimulatedWorld): Promise<Minutes> {
  const { source } = world;
  if (source.kind === 'sqs') {
    const dimensions = { QueueName: source.queue };
    return read(world, 'AWS/SQS', 'ApproximateAgeOfOldestMessage', dimensions, 'Maximum');
  }
  if (source.kind === 'msk') return readGroup(world, source, 'EstimatedMaxTimeLag');
  return readIteratorAge(world, source.stream, 'Maximum');
}

/**
 * Records that wait. Kinesis has no metric for them: they are iterator age × arrivals, the nearest that CloudWatch's
 * metric math can come to it.
 */
export async function readBacklog(world: SimulatedWorld): Promise<Minutes> {
  const { source } = world;
  if (source.kind === 'sqs') {
    const dimensions = { QueueName: source.queue };
    return read(world, 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', dimensions, 'Average');
  }
  if (source.kind === 'msk') return readGroup(world, source, 'SumOffsetLag');
  const ages = await readIteratorAge(world, source.stream, 'Average');
  return combine(ages, await readArrivals(world), (age, arrivals) => age * arrivals);
}

/** Metric math: a minute has a value where both have one, and the value is a number. */
export function combine(left: Minutes, right: Minutes, math: (l: number, r: number) => number): Minutes {
  return left.flatMap(({ atSeconds, value }) => {
    const other = right.find((it) => it.atSeconds === atSeconds)?.value;
    const result = other === undefined ? Number.NaN : math(value, other);
    return Number.isFinite(result) ? [{ atSeconds, value: result }] : [];
  });
}

/** What the brokers of a topic take in together, by metric math. */
async function readBrokers(world: SimulatedWorld, { cluster, topic }: MskSource): Promise<Minutes> {
  const each = await Promise.all(
    brokers.map((broker) => {
      const dimensions = { 'Cluster Name': cluster, 'Broker ID': broker, Topic: topic };
      return read(world, 'AWS/Kafka', 'MessagesInPerSec', dimensions, 'Average');
    }),
  );
  return each.reduce((total, minutes) => combine(total, minutes, (left, right) => left + right));
}

/** What a group of consumers has still to read: missing while it rebalances. */
function readGroup(
  world: SimulatedWorld,
  { cluster, topic, group }: MskSource,
  metricName: 'SumOffsetLag' | 'EstimatedMaxTimeLag',
): Promise<Minutes> {
  const dimensions = { 'Cluster Name': cluster, 'Consumer Group': group, Topic: topic };
  return read(world, 'AWS/Kafka', metricName, dimensions, 'Maximum');
}

async function readIteratorAge(
  world: SimulatedWorld,
  stream: string,
  statistic: 'Average' | 'Maximum',
): Promise<Minutes> {
  const dimensions = { StreamName: stream };
  const ages = await read(world, 'AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', dimensions, statistic);
  return ages.map(({ atSeconds, value }) => ({ atSeconds, value: value / 1000 }));
}

function ecsDimensions(world: SimulatedWorld): MetricQuery['dimensions'] {
  const { cluster, service } = parseServiceId(world.service);
  return { ClusterName: cluster, ServiceName: service };
}

async function read(
  { metrics, clock }: SimulatedWorld,
  namespace: string,
  metricName: string,
  dimensions: MetricQuery['dimensions'],
  statistic: MetricQuery['statistic'],
): Promise<Minutes> {
  const sinceSeconds = clock.nowSeconds() - lookBackSeconds;
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
