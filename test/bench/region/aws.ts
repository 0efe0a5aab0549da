import * as clients from '../../../lib/adapters/clients.ts';
import { createTableClient } from '../../../lib/adapters/table-client.ts';
import { add, answerWith, createUsage, options } from '../aws.ts';
import { createCountingTable } from '../table.ts';
import { createBucket } from './bucket.ts';
import { type Minute, type RegionService, setDesired } from './services.ts';

/** A refusal, as the SDK's clients know it. */
const throttled = () =>
  Object.assign(new Error('Rate exceeded'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
    $retryable: { throttling: true },
  });

type Query = {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Stat: string;
  };
};

/** CloudWatch shows a minute so long after its end. */
const shownSeconds = 30;

const valuesOf: Readonly<Record<string, (minute: Minute) => number>> = {
  'IncomingRecords Sum': (it) => it.records,
  'GetRecords.IteratorAgeMilliseconds Maximum': (it) => 1000 * it.worstLagSeconds,
  'GetRecords.IteratorAgeMilliseconds Average': (it) => 1000 * it.meanLagSeconds,
  'CPUUtilization Average': (it) => it.cpuPercent,
  'MemoryUtilization Average': () => 40,
};

/**
 * AWS behind the real SDK clients, with the limits that it publishes for an account and Region: UpdateService 50 and 5 a
 * second, DescribeServices 100 and 20, GetMetricData 500 a second.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export function createRegion(services: readonly RegionService[], nowSeconds: () => number) {
  const byName = new Map(services.map((it) => [it.name, it]));
  const buckets = {
    UpdateService: createBucket(50, 5, nowSeconds),
    DescribeServices: createBucket(100, 20, nowSeconds),
    GetMetricData: createBucket(500, 500, nowSeconds),
  };
  const usage = createUsage();
  const table = createCountingTable({
    read: (units) => add(usage.billed, 'readUnits', units),
    write: (units) => add(usage.billed, 'writeUnits', units),
    written: () => {},
  });
  const known = (name: string): RegionService => {
    const service = byName.get(name);
    if (service === undefined) throw new Error(`${name} is no service of this Region`);
    return service;
  };
  const ecs = {
    DescribeServicesCommand: ({ services: names }: { services: string[] }) => {
      if (!buckets.DescribeServices.take()) throw throttled();
      return { services: names.map((name) => describe(known(name))) };
    },
    UpdateServiceCommand: ({ service, desiredCount }: { service: string; desiredCount: number }) => {
      if (!buckets.UpdateService.take()) throw throttled();
      setDesired(known(service), desiredCount, nowSeconds());
      return {};
    },
  };
  const cloudWatch = {
    GetMetricDataCommand: (input: { StartTime: Date; MetricDataQueries: Query[] }) => {
      if (!buckets.GetMetricData.take()) throw throttled();
      const metrics = new Set(input.MetricDataQueries.map((it) => JSON.stringify(it.MetricStat.Metric)));
      add(usage.billed, 'metricsRequested', metrics.size);
      const since = input.StartTime.getTime() / 1000;
      return { MetricDataResults: input.MetricDataQueries.map((it) => read(known, it, since, nowSeconds())) };
    },
  };
  return {
    buckets,
    usage,
    table,
    clients: {
      table: answerWith(createTableClient(options), table.answers),
      reads: answerWith(clients.createEcsClient(options), ecs),
      writes: answerWith(clients.createEcsClientWithoutRetries(options), ecs),
      cloudWatch: answerWith(clients.createCloudWatchClient(options), cloudWatch),
    },
  };
}

function describe({ name, desiredTasks, runningTasks }: RegionService) {
  return {
    serviceName: name,
    status: 'ACTIVE',
    desiredCount: desiredTasks,
    runningCount: runningTasks,
    pendingCount: desiredTasks - runningTasks,
    schedulingStrategy: 'REPLICA',
    taskDefinition: 'arn:aws:ecs:us-east-1:111122223333:task-definition/orders:1',
    deployments: [{ id: 'ecs-svc/9223370564341623665', status: 'PRIMARY', rolloutState: 'COMPLETED' }],
  };
}

function read(
  known: (name: string) => RegionService,
  { Id, MetricStat: { Metric, Stat } }: Query,
  sinceSeconds: number,
  nowSeconds: number,
) {
  const name = Metric.Dimensions.find((it) => it.Name !== 'ClusterName')?.Value ?? '';
  const value = valuesOf[`${Metric.MetricName} ${Stat}`];
  if (value === undefined)
    throw new Error(`${Metric.MetricName} ${Stat} has no value in test/bench/region/aws.ts`);
  const minutes = known(name).minutes.filter(
    (it) => it.endSeconds - 60 >= sinceSeconds && it.endSeconds + shownSeconds <= nowSeconds,
  );
  return {
    Id,
    StatusCode: 'Complete',
    Timestamps: minutes.map((it) => new Date(1000 * (it.endSeconds - 60))),
    Values: minutes.map(value),
  };
}
