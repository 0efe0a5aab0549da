import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { completeAfterSeconds, createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryMetrics } from '../../lib/adapters/memory/metrics.ts';
import { noon } from './fixtures.ts';
import { type MetricsWorld, metricsContract } from './metrics.ts';

metricsContract('in memory', () => {
  const clock = createManualClock(noon);
  const metrics = createMemoryMetrics(clock);
  return {
    metrics,
    publish: (metric, endSeconds, values) =>
      metrics.publish(metric, {
        endSeconds,
        periodSeconds: 60,
        values,
        visibleAtSeconds: endSeconds + completeAfterSeconds,
      }),
    setNow: clock.set,
    fail: (metricName, cause) => metrics.fail((query) => query.metricName === metricName, cause),
  };
});

metricsContract('CloudWatch, played', () => playedCloudWatch());

type Published = { key: string; startSeconds: number; values: Partial<Record<string, number>> };

const keyOf = (namespace = '', metricName = '', dimensions: { Name?: string; Value?: string }[] = []) =>
  [namespace, metricName, ...dimensions.map((it) => `${it.Name}=${it.Value}`).sort()].join('|');

/** Which metrics `SUM(SEARCH('{namespace,dimension,…} name="value" …', 'statistic', period))` finds. */
function searchOf(expression: string) {
  const parts = /^SUM\(SEARCH\('\{([^}]*)\} (.*)', '(\w+)', \d+\)\)$/.exec(expression);
  if (parts === null) throw new Error(`no search: ${expression}`);
  const [, schema = '', terms = '', statistic = ''] = parts;
  const [namespace, ...dimensions] = schema.split(',').map((name) => name.replaceAll('"', ''));
  const wanted = [...terms.matchAll(/(?:"([^"]+)"|(\w+))="([^"]*)"/g)].map(
    ([, quoted, plain, value]) => [quoted ?? plain, value] as const,
  );
  const key = (published: string) => {
    const [ofNamespace, metricName, ...pairs] = published.split('|');
    const own = new Map(pairs.map((pair) => pair.split('=') as [string, string]));
    return (
      ofNamespace === namespace &&
      own.size === dimensions.length &&
      dimensions.every((name) => own.has(name)) &&
      wanted.every(([name, value]) => (name === 'MetricName' ? metricName : own.get(name ?? '')) === value)
    );
  };
  return { statistic, key };
}

/** CloudWatch as far as the contract goes: it shows a minute as soon as it has a value, complete or not. */
function playedCloudWatch(): MetricsWorld {
  const clock = createManualClock(noon);
  const client = new CloudWatchClient({ region: 'eu-central-1' });
  const published: Published[] = [];
  const failing = new Map<string, string>();

  const sum = ({ Id, Expression = '' }: MetricDataQuery, start: number, end: number) => {
    const matches = searchOf(Expression);
    const sums = new Map<number, number>();
    for (const { key, startSeconds, values } of published) {
      const value = values[matches.statistic];
      if (!matches.key(key) || value === undefined || startSeconds < start || startSeconds >= end) continue;
      sums.set(startSeconds, (sums.get(startSeconds) ?? 0) + value);
    }
    const points = [...sums].sort(([a], [b]) => a - b);
    return {
      Id,
      StatusCode: 'Complete',
      Timestamps: points.map(([seconds]) => new Date(seconds * 1000)),
      Values: points.map(([, value]) => value),
    };
  };

  const answer = (query: MetricDataQuery, start: number, end: number) => {
    if (query.MetricStat === undefined) return sum(query, start, end);
    const { Metric, Stat = '' } = query.MetricStat;
    const status = failing.get(Metric?.MetricName ?? '') ?? 'complete';
    if (status === 'throttled') {
      throw Object.assign(new Error('Rate exceeded'), {
        name: 'Throttling',
        $metadata: { httpStatusCode: 400 },
      });
    }
    const key = keyOf(Metric?.Namespace, Metric?.MetricName, Metric?.Dimensions as never);
    const points = published
      .filter(
        (it) => it.key === key && it.startSeconds >= start && it.startSeconds < end && Stat in it.values,
      )
      .sort((a, b) => a.startSeconds - b.startSeconds);
    const silent = status === 'forbidden' || status === 'error';
    return {
      Id: query.Id,
      StatusCode: {
        complete: 'Complete',
        partial: 'PartialData',
        forbidden: 'Forbidden',
        error: 'InternalError',
      }[status],
      Timestamps: silent ? [] : points.map((it) => new Date(it.startSeconds * 1000)),
      Values: silent ? [] : points.map((it) => it.values[Stat]),
    };
  };
  mockClient(client)
    .on(GetMetricDataCommand)
    .callsFake(({ MetricDataQueries, StartTime, EndTime }) => ({
      MetricDataResults: MetricDataQueries.map((query: MetricDataQuery) =>
        answer(query, StartTime.getTime() / 1000, EndTime.getTime() / 1000),
      ),
    }));

  return {
    metrics: createMetrics(client, clock),
    publish: ({ namespace, metricName, dimensions }, endSeconds, values) => {
      const pairs = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
      published.push({ key: keyOf(namespace, metricName, pairs), startSeconds: endSeconds - 60, values });
    },
    setNow: clock.set,
    fail: (metricName, cause) => {
      failing.set(metricName, cause);
    },
  };
}
