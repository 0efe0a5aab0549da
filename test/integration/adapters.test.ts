import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateEventBusCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createServices } from '../../lib/adapters/ecs.ts';
import { createEventBus } from '../../lib/adapters/eventbridge.ts';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createSources } from '../../lib/adapters/sources.ts';
import { createQueues, createTickQueue } from '../../lib/adapters/sqs.ts';
import { createTableInput } from '../../lib/adapters/table-schema.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';
import type { TickMessage } from '../../lib/contract/messages.ts';
import { noon, retired } from '../contracts/fixtures.ts';
import { sourcesContract } from '../contracts/sources.ts';
import { storeContract } from '../contracts/store.ts';
import { type Aws, createAws, emulatorNames, unique } from './support/aws.ts';
import { addQueue, addStream, bodies, subscribe } from './support/queues.ts';

describe.each(emulatorNames)('on %s', (name) => {
  let aws: Aws;
  beforeAll(() => {
    aws = createAws(name);
  });
  const telemetry = createMemoryTelemetry();

  storeContract(`DynamoDB of ${name}`, async () => {
    const tableName = unique('weir');
    await aws.table.send(new CreateTableCommand(createTableInput(tableName)));
    await waitUntilTableExists({ client: aws.table, maxWaitTime: 30, minDelay: 1 }, { TableName: tableName });
    return createStore({ client: aws.table, tableName, clock: createManualClock(noon), telemetry });
  });

  describe('ECS and the Tagging API', () => {
    it('describes, finds by tag and updates a service; says what is gone and what is refused', async () => {
      const cluster = unique('main');
      await aws.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
      const { taskDefinition } = await aws.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: unique('orders'),
          containerDefinitions: [{ name: 'orders', image: 'orders', memory: 128 }],
        }),
      );
      const create = (serviceName: string, more: object) =>
        aws.ecs.send(
          new CreateServiceCommand({
            cluster,
            serviceName,
            taskDefinition: taskDefinition?.taskDefinitionArn,
            launchType: 'EC2',
            tags: [{ key: 'weir:managed', value: 'auto' }],
            ...more,
          }),
        );
      await create('orders', { desiredCount: 2 });
      await create('agent', { schedulingStrategy: 'DAEMON' });
      const services = createServices({ reads: aws.ecs, writes: aws.ecsOnce });

      const [orders, agent, missing, elsewhere] = await Promise.all([
        services.describe(`${cluster}/orders`, { tags: true }),
        services.describe(`${cluster}/agent`),
        services.describe(`${cluster}/nobody`),
        services.describe(`${unique('nowhere')}/orders`),
      ]);
      expect(orders).toMatchObject({
        kind: 'described',
        scheduling: 'REPLICA',
        tags: { 'weir:managed': 'auto' },
        observation: { desiredTasks: 2, revision: expect.stringMatching(/orders-.*:1$/) },
      });
      expect(agent).toMatchObject({ kind: 'described', scheduling: 'DAEMON' });
      expect(missing).toEqual({ kind: 'gone', cause: 'service-missing' });
      expect(elsewhere).toMatchObject({ kind: 'gone' });

      expect(await services.updateDesiredTasks(`${cluster}/orders`, 5, 5)).toEqual({ kind: 'accepted' });
      expect(await services.describe(`${cluster}/orders`)).toMatchObject({
        observation: { desiredTasks: 5 },
      });
      expect(await services.updateDesiredTasks(`${cluster}/nobody`, 5, 5)).toMatchObject({ kind: 'refused' });
      expect(await createTaggedServices(aws.tagging, telemetry).list()).toContain(`${cluster}/orders`);
    });
  });

  sourcesContract(`Kinesis and SQS of ${name}`, () => ({
    sources: createSources({ kinesis: aws.kinesis, sqs: aws.sqs }),
    queues: createQueues(aws.sqs),
    addStream: (stream, shards) => addStream(aws, stream, shards),
    addQueue: (queue, depth) => addQueue(aws, queue, depth),
  }));

  describe('the tick queue', () => {
    it('sends ticks in batches of ten, each held back for its delay', async () => {
      const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName: unique('ticks') }));
      const ticks = Array.from({ length: 12 }, (_, index) => ({
        message: { slotSeconds: noon + 60 * index, services: ['main/orders'] },
        delaySeconds: index < 10 ? 0 : 600,
      }));
      await createTickQueue(aws.sqs, QueueUrl!).send(ticks);
      const received = await bodies<TickMessage>(aws, QueueUrl!, (it) => it.length >= 10);
      // A standard queue promises no order.
      expect(received.toSorted((a, b) => a.slotSeconds - b.slotSeconds)).toEqual(
        ticks.slice(0, 10).map(({ message }) => message),
      );
      const { Attributes } = await aws.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessagesDelayed'] }),
      );
      expect(Attributes?.ApproximateNumberOfMessagesDelayed).toBe('2');
    });
  });

  describe('EventBridge', () => {
    it('takes any number of events, and a rule hands them on whole', async () => {
      const busName = unique('weir');
      const { EventBusArn } = await aws.eventBridge.send(new CreateEventBusCommand({ Name: busName }));
      expect(EventBusArn).toBeDefined();
      const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName: unique('heard') }));
      await subscribe(aws, busName, QueueUrl!);
      const events = Array.from({ length: 12 }, (_, index) =>
        retired(`main/service-${index}`, `id-${index}`),
      );

      const results = await createEventBus(aws.eventBridge, busName).put(events);

      expect(results).toEqual(events.map(() => ({ kind: 'accepted' })));
      const heard = await bodies<{ 'detail-type': string; detail: unknown }>(
        aws,
        QueueUrl!,
        (it) => it.length >= 12,
      );
      expect(heard.map((it) => it['detail-type'])).toEqual(events.map(() => 'Service Retired'));
      expect(new Set(heard.map((it) => JSON.stringify(it.detail)))).toEqual(
        new Set(events.map((it) => JSON.stringify(it.detail))),
      );
    });
  });

  describe('CloudWatch', () => {
    it('reads complete minutes, oldest first, of several metrics and statistics at once', async () => {
      const minute = Math.floor(Date.now() / 60_000) * 60;
      const dimensions = [{ Name: 'StreamName', Value: unique('orders') }];
      const put = (MetricName: string, minutesAgo: number, Value: number) =>
        aws.cloudWatch.send(
          new PutMetricDataCommand({
            Namespace: 'Test/Kinesis',
            // A period is known by its beginning.
            MetricData: [
              {
                MetricName,
                Dimensions: dimensions,
                Value,
                Timestamp: new Date((minute - 60 * (minutesAgo + 1)) * 1000),
              },
            ],
          }),
        );
      for (const [minutesAgo, value] of [
        [4, 1200],
        [3, 2400],
        [2, 600],
      ] as const) {
        await put('IncomingRecords', minutesAgo, value);
      }
      await put('IteratorAge', 2, 1000);
      await put('IteratorAge', 2, 3000);
      const metrics = createMetrics(aws.cloudWatch, { nowSeconds: () => minute + 45 });
      const query = {
        namespace: 'Test/Kinesis',
        dimensions: { StreamName: dimensions[0]!.Value },
        periodSeconds: 60,
        sinceSeconds: minute - 600,
      };
      const [records, worst, mean] = await Promise.all([
        metrics.read({ ...query, metricName: 'IncomingRecords', statistic: 'Sum' }),
        metrics.read({ ...query, metricName: 'IteratorAge', statistic: 'Maximum' }),
        metrics.read({ ...query, metricName: 'IteratorAge', statistic: 'Average' }),
      ]);
      expect(records).toEqual({
        kind: 'read',
        partial: false,
        points: [
          { atSeconds: minute - 240, value: 1200 },
          { atSeconds: minute - 180, value: 2400 },
          { atSeconds: minute - 120, value: 600 },
        ],
      });
      expect(worst).toMatchObject({ points: [{ atSeconds: minute - 120, value: 3000 }] });
      expect(mean).toMatchObject({ points: [{ atSeconds: minute - 120, value: 2000 }] });
    });
  });
});
