import type { MetricField, MetricSet } from '../config/metric-sets.ts';
import type { Policy } from '../config/policy.ts';
import type { RegisteredSource } from '../config/registration.ts';
import { agentNamespace, agentPeriodSeconds, type Field } from '../contract/measurement.ts';
import { parseServiceId, type ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import { type FieldPlan, planMeasurements } from '../core/measure.ts';
import type { MetricQuery } from './ports.ts';

/** Where a field comes from: a metric of CloudWatch, with what makes its values the field's unit, or a queue's depth. */
export type Measurement =
  | {
      readonly kind: 'metric';
      readonly query: Omit<MetricQuery, 'sinceSeconds'>;
      /** From the metric's unit to the field's, of a period of so many seconds. */
      readonly convert: Conversion;
    }
  | { readonly kind: 'queue-depth' };

type Conversion = (value: number, periodSeconds: number) => number;

type MetricRow = {
  readonly metricName: string;
  readonly statistic: MetricQuery['statistic'];
  readonly convert: Conversion;
  /** 60, unless given. */
  readonly periodSeconds?: number;
};

type KinesisSource = Extract<RegisteredSource, { readonly kind: 'kinesis' }>;
type MskSource = Extract<RegisteredSource, { readonly kind: 'msk' }>;

/** The finest that these metrics have without extra cost. */
const periodSeconds = 60;

const unchanged = (value: number) => value;
/** E.g. a Sum of 12,000 records over 60 s is 200 records/s. */
const perSecond: Conversion = (sum, seconds) => sum / seconds;
const millisecondsToSeconds = (milliseconds: number) => milliseconds / 1000;

/**
 * Every minute, and every 20 s where the service's monitoring is set so; which DescribeServices does not tell.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html,
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/target-tracking-faster-auto-scaling.html
 */
const ecsMetrics: Partial<Record<Field, MetricRow>> = {
  cpuPercent: { metricName: 'CPUUtilization', statistic: 'Average', convert: unchanged },
  memoryPercent: { metricName: 'MemoryUtilization', statistic: 'Average', convert: unchanged },
};

/** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
const kinesisMetrics: Partial<Record<Field, MetricRow>> = {
  arrivalsPerSecond: { metricName: 'IncomingRecords', statistic: 'Sum', convert: perSecond },
};

/** Both lags are one metric, read with two statistics in one request: AWS bills it once. */
const readerStatistics: Partial<Record<Field, MetricRow['statistic']>> = {
  lagSeconds: 'Maximum',
  meanLagSeconds: 'Average',
};

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html.
 * The backlog is not among them: GetQueueAttributes knows it now, CloudWatch a minute or, for a queue that has just
 * woken, a quarter of an hour later.
 */
const sqsMetrics: Partial<Record<Field, MetricRow>> = {
  arrivalsPerSecond: { metricName: 'NumberOfMessagesSent', statistic: 'Sum', convert: perSecond },
  processedPerSecond: { metricName: 'NumberOfMessagesDeleted', statistic: 'Sum', convert: perSecond },
  lagSeconds: { metricName: 'ApproximateAgeOfOldestMessage', statistic: 'Maximum', convert: unchanged },
};

/**
 * Of a group, at every monitoring level of a cluster, and only while the group is STABLE or EMPTY: a rebalance has no
 * points. MSK looks once a minute, so that any statistic has the same value.
 * https://docs.aws.amazon.com/msk/latest/developerguide/consumer-lag.html
 */
const mskGroupMetrics: Partial<Record<Field, MetricRow>> = {
  backlogRecords: { metricName: 'SumOffsetLag', statistic: 'Maximum', convert: unchanged },
  lagSeconds: { metricName: 'EstimatedMaxTimeLag', statistic: 'Maximum', convert: unchanged },
};

/**
 * Of a topic, for each of the cluster's brokers apart, and from the level PER_TOPIC_PER_BROKER on.
 * https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html
 */
const mskTopicMetrics: Partial<Record<Field, MetricRow>> = {
  arrivalsPerSecond: { metricName: 'MessagesInPerSec', statistic: 'Average', convert: unchanged },
};

const ofReport = (metricName: string, statistic: MetricRow['statistic'] = 'Average'): MetricRow => ({
  metricName,
  statistic,
  convert: unchanged,
  periodSeconds: agentPeriodSeconds,
});

/**
 * What agents report of a service, as metrics of high resolution. A service can put them itself: one value for all of its
 * tasks, each ten seconds, or of the partitions each minute.
 */
const agentMetrics: Partial<Record<Field, MetricRow>> = {
  agentArrivalsPerSecond: ofReport('arrivalsPerSecond'),
  agentProcessedPerSecond: ofReport('processedPerSecond'),
  agentBacklogRecords: ofReport('backlogRecords'),
  agentLagSeconds: ofReport('lagSeconds', 'Maximum'),
  busyShare: ofReport('busyShare'),
  hottestShare: { metricName: 'hottestShare', statistic: 'Maximum', convert: unchanged },
  typicalLagSeconds: { metricName: 'typicalLagSeconds', statistic: 'Average', convert: unchanged },
};

/**
 * How a field of a service is measured; ECS's own with a point every `utilizationSeconds`.
 * @throws WeirError for a field that this source does not have: the plan of measurements and this table disagree, and a
 * field that is silently never read would look like a missing metric.
 */
export function measurementOf(
  field: Field,
  service: ServiceId,
  source: RegisteredSource | undefined,
  utilizationSeconds: number = periodSeconds,
): Measurement {
  const [ecs, agent] = [ecsMetrics[field], agentMetrics[field]];
  if (ecs !== undefined) {
    return metric('AWS/ECS', dimensionsOf(service), { ...ecs, periodSeconds: utilizationSeconds });
  }
  if (agent !== undefined) return metric(agentNamespace, dimensionsOf(service), agent);
  if (source?.kind === 'kinesis') {
    const ofKinesis = kinesisMeasurement(field, source);
    if (ofKinesis !== undefined) return ofKinesis;
  }
  if (source?.kind === 'sqs') {
    if (field === 'backlogRecords') return { kind: 'queue-depth' };
    if (sqsMetrics[field] !== undefined)
      return metric('AWS/SQS', { QueueName: source.queue }, sqsMetrics[field]);
  }
  if (source?.kind === 'metrics' || source?.kind === 'signals') {
    const ofSet = configuredMeasurement(field, service, source.metrics);
    if (ofSet !== undefined) return ofSet;
  }
  if (source?.kind === 'msk') {
    const ofMsk = mskMeasurement(field, source);
    if (ofMsk !== undefined) return ofMsk;
  }
  throw new WeirError(
    `${field} of ${service} was planned to be measured, but a service with ${source?.kind ?? 'no'} source has no ` +
      'such measurement: add it to lib/control/measurements.ts or take it out of lib/core/measure.ts.',
  );
}

function kinesisMeasurement(field: Field, source: KinesisSource): Measurement | undefined {
  const [ofStream, statistic] = [kinesisMetrics[field], readerStatistics[field]];
  if (ofStream !== undefined) return metric('AWS/Kinesis', { StreamName: source.stream }, ofStream);
  if (statistic === undefined) return undefined;
  const { namespace, metricName, dimensions } = readerMetric(source);
  return metric(namespace, dimensions, { metricName, statistic, convert: millisecondsToSeconds });
}

/**
 * How far a reader is behind: Kinesis knows it of all who call GetRecords together, and of each consumer of enhanced
 * fan-out. The Kinesis Client Library puts it for its application, over all shards and workers, from 2.3.10 on.
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-kcl.html,
 * https://github.com/awslabs/amazon-kinesis-client/pull/868
 */
function readerMetric({ stream, consumer, application }: KinesisSource) {
  const ofStream = { StreamName: stream };
  if (application !== undefined) {
    const dimensions = { Operation: 'ApplicationTracker' };
    return { namespace: application, metricName: 'MillisBehindLatest', dimensions };
  }
  return {
    namespace: 'AWS/Kinesis',
    ...(consumer === undefined
      ? { metricName: 'GetRecords.IteratorAgeMilliseconds', dimensions: ofStream }
      : {
          metricName: 'SubscribeToShardEvent.MillisBehindLatest',
          dimensions: { ...ofStream, ConsumerName: consumer },
        }),
  };
}

function mskMeasurement(field: Field, { cluster, topic, group }: MskSource): Measurement | undefined {
  const [ofGroup, ofTopic] = [mskGroupMetrics[field], mskTopicMetrics[field]];
  const dimensions = { 'Cluster Name': cluster, Topic: topic };
  if (ofGroup !== undefined) return metric('AWS/Kafka', { ...dimensions, 'Consumer Group': group }, ofGroup);
  return ofTopic && metric('AWS/Kafka', dimensions, ofTopic, 'Broker ID');
}

const isPerSecond = (field: Field) => field === 'arrivalsPerSecond' || field === 'processedPerSecond';

/**
 * A metric that the deployment names. Of what happens, a sum or a count of it is over its period. Where there is a lag and
 * no backlog, the metric's mean is the mean lag.
 * E.g. a Sum of 12,000 in a minute, of batches of 50 records each: multiplied by 50, 10,000 records/s.
 */
function configuredMeasurement(field: Field, service: ServiceId, set: MetricSet): Measurement | undefined {
  const mean = set.lagSeconds && { ...set.lagSeconds, statistic: 'Average' as const };
  const definition = field === 'meanLagSeconds' ? mean : set[field as MetricField];
  if (definition === undefined) return undefined;
  const { namespace, metricName, dimensions = {}, statistic, multiplyBy = 1 } = definition;
  const counted = isPerSecond(field) && (statistic === 'Sum' || statistic === 'SampleCount');
  const convert: Conversion = (value, seconds) => (value * multiplyBy) / (counted ? seconds : 1);
  return metric(namespace, filledIn(dimensions, service), { metricName, statistic, convert });
}

function filledIn(dimensions: Readonly<Record<string, string>>, id: ServiceId): Record<string, string> {
  const { cluster, service } = parseServiceId(id);
  const entries = Object.entries(dimensions).map(([name, value]) => [
    name,
    value.replaceAll('{cluster}', () => cluster).replaceAll('{service}', () => service),
  ]);
  return Object.fromEntries(entries);
}

function dimensionsOf(id: ServiceId): Record<string, string> {
  const { cluster, service } = parseServiceId(id);
  return { ClusterName: cluster, ServiceName: service };
}

function metric(
  namespace: string,
  dimensions: Record<string, string>,
  row: MetricRow,
  summedOver?: string,
): Measurement {
  const { metricName, statistic, convert } = row;
  const query = {
    namespace,
    metricName,
    dimensions,
    ...(summedOver !== undefined && { summedOver }),
    statistic,
    periodSeconds: row.periodSeconds ?? periodSeconds,
  };
  return { kind: 'metric', query, convert };
}

/** Queries to GetMetricData that one tick of a service takes when every field is due. */
export function metricQueriesOf(
  service: ServiceId,
  policy: Policy,
  sources: readonly RegisteredSource[],
): number {
  return planMeasurements(policy, sources).filter(
    (plan) => measurementOf(plan.field, service, askedOf(plan, sources)).kind === 'metric',
  ).length;
}

/** Whom a plan asks: of several streams the one that it names; and what the deployment names, of those metrics. */
export function askedOf(
  { source, field }: FieldPlan,
  sources: readonly RegisteredSource[],
): RegisteredSource | undefined {
  if (source !== undefined) return sources.find((it) => it.name === source);
  return sources.find((it) => 'metrics' in it && field in it.metrics) ?? sources[0];
}
