import { describe, expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import { completeSources, type RegisteredSource } from '../../lib/config/registration.ts';
import type { Field } from '../../lib/contract/measurement.ts';
import { askedOf, measurementOf, metricQueriesOf } from '../../lib/control/measurements.ts';
import { planMeasurements } from '../../lib/core/measure.ts';
import { kinesis, msk, service, sqs } from './world.ts';

type Row = [
  RegisteredSource | undefined,
  Field,
  string,
  string,
  Record<string, string>,
  string,
  number,
  number,
];

const two = completeSources([sqs, { kind: 'sqs', queue: 'low' }], policySchema.parse({}));
const agent: RegisteredSource = { kind: 'agent' };
const ecs = { ClusterName: 'main', ServiceName: 'orders' };
const stream = { StreamName: 'orders' };
const consumer: RegisteredSource = { kind: 'kinesis', stream: 'orders', consumer: 'billing' };
const behindLatest = 'SubscribeToShardEvent.MillisBehindLatest';
const ofConsumer = { ...stream, ConsumerName: 'billing' };
const kcl: RegisteredSource = { kind: 'kinesis', stream: 'orders', application: 'billing' };
const tracker = { Operation: 'ApplicationTracker' };
const queue = { QueueName: 'orders' };
const broker: RegisteredSource = {
  kind: 'metrics',
  set: 'broker',
  metrics: {
    backlogRecords: {
      namespace: 'AWS/AmazonMQ',
      metricName: 'QueueSize',
      dimensions: { Broker: 'main', Queue: '{service}-{cluster}' },
      statistic: 'Maximum',
    },
    arrivalsPerSecond: { namespace: 'Shop', metricName: 'Batches', statistic: 'Sum', multiplyBy: 50 },
    processedPerSecond: { namespace: 'Shop', metricName: 'Times', statistic: 'SampleCount' },
  },
};
const mq = { Broker: 'main', Queue: 'orders-main' };
const reader: RegisteredSource = {
  kind: 'metrics',
  set: 'reader',
  metrics: {
    arrivalsPerSecond: { namespace: 'Shop', metricName: 'Rate', statistic: 'Average' },
    lagSeconds: { namespace: 'Shop', metricName: 'BehindMs', statistic: 'Maximum', multiplyBy: 0.001 },
  },
};
const latency: RegisteredSource = {
  kind: 'signals',
  set: 'latency',
  metrics: {
    p95Ms: {
      namespace: 'AWS/ApplicationELB',
      metricName: 'TargetResponseTime',
      dimensions: { TargetGroup: 'targetgroup/orders/1' },
      statistic: 'p95',
      multiplyBy: 1000,
    },
    queueRecords: { namespace: 'Shop', metricName: 'Buffered', statistic: 'Sum' },
  },
};
const targets = { TargetGroup: 'targetgroup/orders/1' };
const topic = { 'Cluster Name': 'main', Topic: 'orders' };
const group = { ...topic, 'Consumer Group': 'orders-app' };

describe('measurementOf', () => {
  it.each<Row>([
    [undefined, 'cpuPercent', 'AWS/ECS', 'CPUUtilization', ecs, 'Average', 63.5, 63.5],
    [undefined, 'memoryPercent', 'AWS/ECS', 'MemoryUtilization', ecs, 'Average', 41, 41],
    [kinesis, 'cpuPercent', 'AWS/ECS', 'CPUUtilization', ecs, 'Average', 63.5, 63.5],
    [kinesis, 'arrivalsPerSecond', 'AWS/Kinesis', 'IncomingRecords', stream, 'Sum', 12_000, 200],
    [
      kinesis,
      'lagSeconds',
      'AWS/Kinesis',
      'GetRecords.IteratorAgeMilliseconds',
      stream,
      'Maximum',
      45_500,
      45.5,
    ],
    [
      kinesis,
      'meanLagSeconds',
      'AWS/Kinesis',
      'GetRecords.IteratorAgeMilliseconds',
      stream,
      'Average',
      1_200,
      1.2,
    ],
    [consumer, 'arrivalsPerSecond', 'AWS/Kinesis', 'IncomingRecords', stream, 'Sum', 12_000, 200],
    [consumer, 'lagSeconds', 'AWS/Kinesis', behindLatest, ofConsumer, 'Maximum', 45_500, 45.5],
    [consumer, 'meanLagSeconds', 'AWS/Kinesis', behindLatest, ofConsumer, 'Average', 1_200, 1.2],
    [kcl, 'arrivalsPerSecond', 'AWS/Kinesis', 'IncomingRecords', stream, 'Sum', 12_000, 200],
    [kcl, 'lagSeconds', 'billing', 'MillisBehindLatest', tracker, 'Maximum', 45_500, 45.5],
    [kcl, 'meanLagSeconds', 'billing', 'MillisBehindLatest', tracker, 'Average', 1_200, 1.2],
    [sqs, 'arrivalsPerSecond', 'AWS/SQS', 'NumberOfMessagesSent', queue, 'Sum', 600, 10],
    [sqs, 'processedPerSecond', 'AWS/SQS', 'NumberOfMessagesDeleted', queue, 'Sum', 300, 5],
    [sqs, 'lagSeconds', 'AWS/SQS', 'ApproximateAgeOfOldestMessage', queue, 'Maximum', 75, 75],
    [msk, 'backlogRecords', 'AWS/Kafka', 'SumOffsetLag', group, 'Maximum', 9000, 9000],
    [msk, 'lagSeconds', 'AWS/Kafka', 'EstimatedMaxTimeLag', group, 'Maximum', 45, 45],
    [msk, 'arrivalsPerSecond', 'AWS/Kafka', 'MessagesInPerSec', topic, 'Average', 200, 200],
    [broker, 'backlogRecords', 'AWS/AmazonMQ', 'QueueSize', mq, 'Maximum', 9000, 9000],
    [broker, 'arrivalsPerSecond', 'Shop', 'Batches', {}, 'Sum', 12_000, 10_000],
    [broker, 'processedPerSecond', 'Shop', 'Times', {}, 'SampleCount', 600, 10],
    [reader, 'arrivalsPerSecond', 'Shop', 'Rate', {}, 'Average', 200, 200],
    [reader, 'lagSeconds', 'Shop', 'BehindMs', {}, 'Maximum', 45_500, 45.5],
    [reader, 'meanLagSeconds', 'Shop', 'BehindMs', {}, 'Average', 1200, 1.2],
    [latency, 'p95Ms', 'AWS/ApplicationELB', 'TargetResponseTime', targets, 'p95', 0.25, 250],
    [latency, 'queueRecords', 'Shop', 'Buffered', {}, 'Sum', 70, 70],
    [sqs, 'memoryPercent', 'AWS/ECS', 'MemoryUtilization', ecs, 'Average', 41, 41],
  ])('%o %s is %s %s', (source, field, namespace, metricName, dimensions, statistic, from, to) => {
    const measurement = measurementOf(field, service, source);

    expect(measurement).toMatchObject({
      kind: 'metric',
      query: { namespace, metricName, dimensions, statistic, periodSeconds: 60 },
    });
    expect(measurement.kind === 'metric' && measurement.convert(from, 60)).toBeCloseTo(to, 9);
  });

  it.each([
    ['agentArrivalsPerSecond', 'arrivalsPerSecond', 'Average', 10],
    ['agentProcessedPerSecond', 'processedPerSecond', 'Average', 10],
    ['agentBacklogRecords', 'backlogRecords', 'Average', 10],
    ['agentLagSeconds', 'lagSeconds', 'Maximum', 10],
    ['busyShare', 'busyShare', 'Average', 10],
    ['hottestShare', 'hottestShare', 'Maximum', 60],
    ['typicalLagSeconds', 'typicalLagSeconds', 'Average', 60],
  ] as const)(
    '%s is what agents report as %s, whatever the stream',
    (field, metricName, statistic, periodSeconds) => {
      for (const source of [{ kind: 'agent' } as const, kinesis, sqs]) {
        expect(measurementOf(field, service, source)).toMatchObject({
          query: { namespace: 'Weir/Agent', metricName, dimensions: ecs, statistic, periodSeconds },
        });
      }
    },
  );

  it('sums what the brokers of a topic take in, and nothing else', () => {
    for (const { field } of planMeasurements(policySchema.parse({}), [msk])) {
      const measurement = measurementOf(field, service, msk);
      expect(measurement.kind === 'metric' && measurement.query.summedOver).toBe(
        field === 'arrivalsPerSecond' ? 'Broker ID' : undefined,
      );
    }
  });

  it('asks for CPU and memory every 20 s where ECS has them so', () => {
    for (const field of ['cpuPercent', 'memoryPercent'] as const)
      expect(measurementOf(field, service, undefined, 20)).toMatchObject({ query: { periodSeconds: 20 } });
    expect(measurementOf('lagSeconds', service, kinesis, 20)).toMatchObject({ query: { periodSeconds: 60 } });
  });

  it('takes the backlog of a queue from the queue itself', () => {
    expect(measurementOf('backlogRecords', service, sqs)).toEqual({ kind: 'queue-depth' });
  });

  it.each([
    [undefined, 'arrivalsPerSecond'],
    [kinesis, 'backlogRecords'],
    [kinesis, 'processedPerSecond'],
    [sqs, 'meanLagSeconds'],
    [sqs, 'p95Ms'],
    [msk, 'meanLagSeconds'],
    [broker, 'meanLagSeconds'],
    [latency, 'lagSeconds'],
  ] as const)('refuses a field that %o does not have: %s', (source, field) => {
    expect(() => measurementOf(field, service, source)).toThrow(`${field} of main/orders was planned`);
  });

  it.each([
    [[]],
    [[broker]],
    [[reader]],
    [[latency]],
    [[kinesis, latency]],
    [[broker, latency, agent]],
    [two],
    [[kinesis]],
    [[consumer]],
    [[kcl]],
    [[sqs]],
    [[msk]],
    [[agent]],
    [[kinesis, agent]],
  ])('knows every field that is planned for %o', (sources) => {
    const planned = planMeasurements(policySchema.parse({}), sources);

    expect(planned.length).toBeGreaterThan(0);
    for (const plan of planned)
      expect(() => measurementOf(plan.field, service, askedOf(plan, sources))).not.toThrow();
  });
});

describe('metricQueriesOf', () => {
  it.each([
    ['no source: CPU and memory', [], 2],
    ['Kinesis: arrivals, two lags, CPU and memory', [kinesis], 5],
    ['Kinesis and agents: theirs, and seven of the agents', [kinesis, agent], 12],
    ['SQS: sent, deleted, age, CPU and memory, but not the depth', [sqs], 5],
    ['MSK: backlog, lag, arrivals, CPU and memory', [msk], 5],
    ["metrics of the deployment's, with the mean lag by the same one", [reader], 5],
    ['no stream: CPU, memory and what the deployment names', [latency], 4],
    ['two queues: three of each, CPU and memory once', two, 8],
    ['a stream and a queue', completeSources([kinesis, sqs], policySchema.parse({})), 8],
  ] as const)('%s', (_, sources, queries) => {
    expect(metricQueriesOf(service, policySchema.parse({}), sources)).toBe(queries);
  });
});
