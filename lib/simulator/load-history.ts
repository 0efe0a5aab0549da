import type { MemoryMetrics, MetricName } from '../adapters/memory/metrics.ts';
import type { StreamSource } from '../config/source.ts';
import type { ServiceStep } from './stream-service.ts';
import { brokers } from './vended-metrics.ts';
import type { Workload } from './workload.ts';

/** What CloudWatch keeps for long is five minutes by five minutes. */
const periodSeconds = 300;
/** As far back as the rivals that look at the past are given (rivals/hourly-load.ts). */
const mostDays = 14;
const daySeconds = 86_400;
/** When a period's last minute is surely there. */
const latenessSeconds = 75;
/** As often as a period before the beginning is looked at. */
const looks = 5;

/** What arrived in the days before a workload begins, and then in each five minutes that pass. */
export type LoadHistory = { record(step: Pick<ServiceStep, 'atSeconds' | 'arrivedRecords'>): void };

/**
 * Publishes the arrivals of a source, summed as CloudWatch sums them, 14 days back or to the beginning of the trace. The
 * days before the played ones are as the workload expects them, without the chance of single records.
 */
export function createLoadHistory(
  metrics: Pick<MemoryMetrics, 'publish'>,
  source: StreamSource,
  {
    fromSeconds,
    zeroSeconds,
    ratePerSecond,
  }: Pick<Workload, 'fromSeconds' | 'zeroSeconds' | 'ratePerSecond'>,
): LoadHistory {
  const names = arrivalMetrics(source);
  let records = 0;
  let countedSeconds = fromSeconds;

  const publish = (endSeconds: number, perSecond: number) => {
    // A topic's rate is told by each broker for its part.
    const values = { Sum: perSecond * periodSeconds, Average: perSecond / names.length };
    const point = { endSeconds, periodSeconds, values, visibleAtSeconds: endSeconds + latenessSeconds };
    for (const name of names) metrics.publish(name, point);
  };

  const first = Math.max(zeroSeconds, fromSeconds - mostDays * daySeconds);
  let endSeconds = Math.ceil(first / periodSeconds) * periodSeconds + periodSeconds;
  for (; endSeconds <= fromSeconds; endSeconds += periodSeconds) {
    let sum = 0;
    for (let look = 0; look < looks; look++) {
      sum += ratePerSecond(endSeconds - periodSeconds * ((look + 0.5) / looks));
    }
    publish(endSeconds, sum / looks);
  }

  return {
    record: ({ atSeconds, arrivedRecords }) => {
      records += arrivedRecords;
      if (atSeconds % periodSeconds !== 0) return;
      // A period that had begun before the workload did is not known whole.
      if (atSeconds - countedSeconds === periodSeconds) publish(atSeconds, records / periodSeconds);
      records = 0;
      countedSeconds = atSeconds;
    },
  };
}

function arrivalMetrics(source: StreamSource): readonly MetricName[] {
  switch (source.kind) {
    case 'kinesis':
      return [
        {
          namespace: 'AWS/Kinesis',
          metricName: 'IncomingRecords',
          dimensions: { StreamName: source.stream },
        },
      ];
    case 'sqs':
      return [
        {
          namespace: 'AWS/SQS',
          metricName: 'NumberOfMessagesSent',
          dimensions: { QueueName: source.queue },
        },
      ];
    case 'msk':
      return brokers.map((broker) => ({
        namespace: 'AWS/Kafka',
        metricName: 'MessagesInPerSec',
        dimensions: { 'Cluster Name': source.cluster, 'Broker ID': broker, Topic: source.topic },
      }));
  }
}
