import type { MetricName, PublishedPoint } from '../adapters/memory/metrics.ts';
import type { StreamSource } from '../config/source.ts';
import { maximum, mean } from '../core/statistics.ts';
import type { PartitionState } from './partition-queues.ts';
import type { ServiceStep } from './stream-service.ts';
import { stepSeconds } from './time.ts';

type MskSource = Extract<StreamSource, { readonly kind: 'msk' }>;

export type Values = PublishedPoint['values'];
type Namespaced = Omit<MetricName, 'metricName'>;

/** Metrics with the same dimensions, which CloudWatch shows together. A metric without a value is not published. */
export type Vended = Namespaced & { readonly values: Readonly<Record<string, Values>> };

/** What AWS saw of a minute. */
export type Minute = {
  readonly steps: readonly ServiceStep[];
  /** Records that waited in a queue at the end of each step; not counted of a stream. */
  readonly waiting: readonly number[];
  /** Of a topic, at the end of the minute. */
  readonly partitions: readonly PartitionState[];
};

/** Of what a task reserves: what it uses when it has nothing to do, and its memory, whatever it does. */
const idleCpuPercent = 3;
const memoryPercent = 40;

/** The brokers of a topic, each with a third of what comes in. */
export const brokers = ['1', '2', '3'] as const;

/** ECS publishes nothing of a service while no task of it runs. */
export function utilizationOf(
  { steps }: Minute,
  cpuAtSaturationPercent: number,
): Readonly<Record<string, Values>> {
  const busy = mean(steps.flatMap((step) => step.busyShare ?? []));
  if (busy === undefined) return {};
  return {
    CPUUtilization: { Average: idleCpuPercent + (cpuAtSaturationPercent - idleCpuPercent) * busy },
    MemoryUtilization: { Average: memoryPercent },
  };
}

export function taskCountOf({ steps }: Minute): Readonly<Record<string, Values>> {
  return { RunningTaskCount: average(steps.map((step) => step.runningTasks)) };
}

/** What the service that holds the records publishes of them. */
export function sourceMetrics(source: StreamSource, minute: Minute): readonly Vended[] {
  if (source.kind === 'kinesis') return [kinesis(source.stream, minute)];
  if (source.kind === 'sqs') return [sqs(source.queue, minute)];
  return [...kafkaBrokers(source, minute), kafkaGroup(source, minute)];
}

/** Iterator age exists only while somebody reads. */
function kinesis(stream: string, { steps }: Minute): Vended {
  const read = steps.flatMap((step) => step.readerLag ?? []);
  const worst = maximum(read.map((lag) => lag.worstSeconds));
  return {
    namespace: 'AWS/Kinesis',
    dimensions: { StreamName: stream },
    values: {
      IncomingRecords: { Sum: sum(steps.map((step) => step.arrivedRecords)) },
      'GetRecords.IteratorAgeMilliseconds': {
        ...average(read.map((lag) => 1000 * lag.meanSeconds)),
        ...(worst !== undefined && { Maximum: 1000 * worst }),
      },
    },
  };
}

function sqs(queue: string, { steps, waiting }: Minute): Vended {
  const oldest = maximum(steps.map((step) => step.lagSeconds));
  return {
    namespace: 'AWS/SQS',
    dimensions: { QueueName: queue },
    values: {
      NumberOfMessagesSent: { Sum: sum(steps.map((step) => step.arrivedRecords)) },
      NumberOfMessagesDeleted: { Sum: sum(steps.map((step) => step.processedRecords)) },
      ApproximateNumberOfMessagesVisible: average(waiting),
      ApproximateAgeOfOldestMessage: oldest === undefined ? {} : { Maximum: oldest },
    },
  };
}

/**
 * At the monitoring level PER_TOPIC_PER_BROKER, for each broker apart.
 * https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html
 */
function kafkaBrokers({ cluster, topic }: MskSource, { steps }: Minute): readonly Vended[] {
  const perSecond = (mean(steps.map((step) => step.arrivedRecords)) ?? 0) / stepSeconds;
  return brokers.map((broker) => ({
    namespace: 'AWS/Kafka',
    dimensions: { 'Cluster Name': cluster, 'Broker ID': broker, Topic: topic },
    values: { MessagesInPerSec: { Average: perSecond / brokers.length } },
  }));
}

/**
 * What a group has still to read, looked at once at the end of each minute, and only while the group is STABLE or EMPTY:
 * a rebalance at that moment leaves no value.
 * https://docs.aws.amazon.com/msk/latest/developerguide/consumer-lag.html
 */
function kafkaGroup({ cluster, topic, group }: MskSource, { steps, partitions }: Minute): Vended {
  const stable = steps.at(-1)?.rebalancing !== true;
  const backlogs = stable ? partitions.map((it) => it.backlogRecords) : [];
  const same = (value: number | undefined): Values =>
    value === undefined ? {} : { Average: value, Maximum: value };
  return {
    namespace: 'AWS/Kafka',
    dimensions: { 'Cluster Name': cluster, 'Consumer Group': group, Topic: topic },
    values: {
      SumOffsetLag: same(stable ? sum(backlogs) : undefined),
      MaxOffsetLag: same(maximum(backlogs)),
      EstimatedMaxTimeLag: same(stable ? maximum(partitions.map((it) => it.lagSeconds)) : undefined),
    },
  };
}

/** A mean of what is there; of nothing, no value. */
function average(values: readonly number[]): Values {
  const value = mean(values);
  return value === undefined ? {} : { Average: value };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
