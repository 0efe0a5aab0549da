import type { Policy } from '../config/policy.ts';
import type { RegisteredSource } from '../config/registration.ts';
import type { Field } from '../contract/measurement.ts';
import { parseServiceId, type ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import { planMeasurements } from '../core/measure.ts';
import type { MetricQuery } from './ports.ts';

/** Where a field comes from: a metric of CloudWatch, with what makes its values the field's unit, or a queue's depth. */
export type Measurement =
  | {
      readonly kind: 'metric';
      readonly query: Omit<MetricQuery, 'sinceSeconds'>;
      /** From the metric's unit to the field's. */
      readonly convert: (value: number) => number;
    }
  | { readonly kind: 'queue-depth' };

type MetricRow = {
  readonly metricName: string;
  readonly statistic: MetricQuery['statistic'];
  readonly convert: (value: number) => number;
};

/** The finest that these metrics have without extra cost. */
const periodSeconds = 60;

const unchanged = (value: number) => value;
/** E.g. a Sum of 12,000 records over 60 s is 200 records/s. */
const perSecond = (sum: number) => sum / periodSeconds;
const millisecondsToSeconds = (milliseconds: number) => milliseconds / 1000;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html */
const ecsMetrics: Partial<Record<Field, MetricRow>> = {
  cpuPercent: { metricName: 'CPUUtilization', statistic: 'Average', convert: unchanged },
  memoryPercent: { metricName: 'MemoryUtilization', statistic: 'Average', convert: unchanged },
};

/**
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html. Both lags are one metric, read with
 * two statistics in one request: AWS bills it once.
 */
const kinesisMetrics: Partial<Record<Field, MetricRow>> = {
  arrivalsPerSecond: { metricName: 'IncomingRecords', statistic: 'Sum', convert: perSecond },
  lagSeconds: {
    metricName: 'GetRecords.IteratorAgeMilliseconds',
    statistic: 'Maximum',
    convert: millisecondsToSeconds,
  },
  meanLagSeconds: {
    metricName: 'GetRecords.IteratorAgeMilliseconds',
    statistic: 'Average',
    convert: millisecondsToSeconds,
  },
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
 * How a field of a service is measured. @throws WeirError for a field that this source does not have: the plan of
 * measurements and this table disagree, and a field that is silently never read would look like a missing metric.
 */
export function measurementOf(
  field: Field,
  service: ServiceId,
  source: RegisteredSource | undefined,
): Measurement {
  const ecs = ecsMetrics[field];
  if (ecs !== undefined) {
    const name = parseServiceId(service);
    return metric('AWS/ECS', { ClusterName: name.cluster, ServiceName: name.service }, ecs);
  }
  if (source?.kind === 'kinesis' && kinesisMetrics[field] !== undefined) {
    return metric('AWS/Kinesis', { StreamName: source.stream }, kinesisMetrics[field]);
  }
  if (source?.kind === 'sqs') {
    if (field === 'backlogRecords') return { kind: 'queue-depth' };
    if (sqsMetrics[field] !== undefined)
      return metric('AWS/SQS', { QueueName: source.queue }, sqsMetrics[field]);
  }
  throw new WeirError(
    `${field} of ${service} was planned to be measured, but a service with ${source?.kind ?? 'no'} source has no ` +
      'such measurement: add it to lib/control/measurements.ts or take it out of lib/core/measure.ts.',
  );
}

function metric(namespace: string, dimensions: Record<string, string>, row: MetricRow): Measurement {
  const { metricName, statistic, convert } = row;
  return { kind: 'metric', query: { namespace, metricName, dimensions, statistic, periodSeconds }, convert };
}

/** Queries to GetMetricData that one tick of a service takes when every field is due. */
export function metricQueriesOf(
  service: ServiceId,
  policy: Policy,
  sources: readonly RegisteredSource[],
): number {
  return planMeasurements(policy, sources).filter(
    ({ field }) => measurementOf(field, service, sources[0]).kind === 'metric',
  ).length;
}
