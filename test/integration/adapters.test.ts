import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateEventBusCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createServices } from '../../lib/adapters/ecs.ts';
import { createEventBus } from '../../lib/adapters/eventbridge.ts';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createScalableTargets } from '../../lib/adapters/scalable-targets.ts';
import { createSources } from '../../lib/adapters/sources.ts';
import { createDeadLetters, createQueues, createTickQueue } from '../../lib/adapters/sqs.ts';
import { createTableInput } from '../../lib/adapters/table-schema.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';
import type { TickMessage } from '../../lib/contract/messages.ts';
import { noon, retired } from '../contracts/fixtures.ts';
import { sourcesContract } from '../contracts/sources.ts';
import { storeContract } from '../contracts/store.ts';
import { type Aws, createAws, emulatorNames, unique } from './support/aws.ts';
import { addConsumer, addQueue, addStream, bodies, subscribe } from './support/queues.ts';

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
    let cluster: string;
    const servicesOf = () => createServices({ reads: aws.ecs, writes: aws.ecsOnce });
    beforeAll(async () => {
      cluster = unique('main');
      await aws.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
      const { taskDefinition } = await aws.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: 'orders',
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
      await create('old', { desiredCount: 1 });
      await aws.ecs.send(new DeleteServiceCommand({ cluster, service: 'old', force: true }));
      for (let index = 0; index < 11; index++) await create(`many-${index}`, { desiredCount: index });
    });

    it('describes a service, with its tags', async () => {
      const services = servicesOf();
      expect(await services.describe(`${cluster}/orders`, { tags: true })).toEqual({
        kind: 'described',
        scheduling: 'REPLICA',
        tags: { 'weir:managed': 'auto' },
        observation: {
          desiredTasks: 2,
          deployment: expect.any(String),
          revision: expect.stringMatching(/^orders:\d+$/),
          // MiniStack runs tasks at once; moto's wait for instances, and the deployment with them.
          ...(name === 'moto'
            ? { runningTasks: 0, pendingTasks: 2, deploying: true }
            : { runningTasks: 2, pendingTasks: 0, deploying: false }),
        },
      });
      expect(await services.describe(`${cluster}/agent`)).toMatchObject({ scheduling: 'DAEMON' });
    });

    it.runIf(name === 'moto')('tells whether Application Auto Scaling scales it', async () => {
      const targets = createScalableTargets(aws.scaling);
      const target = {
        ServiceNamespace: 'ecs',
        ScalableDimension: 'ecs:service:DesiredCount',
        ResourceId: `service/${cluster}/orders`,
      } as const;
      const activities = () => targets.activities(`${cluster}/orders`);
      expect(await activities()).toEqual([]);
      await aws.scaling.send(
        new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 4 }),
      );
      expect(await activities()).toEqual(['scale-in', 'scale-out', 'scheduled']);
      const SuspendedState = {
        DynamicScalingInSuspended: true,
        DynamicScalingOutSuspended: true,
        ScheduledScalingSuspended: true,
      };
      await aws.scaling.send(new RegisterScalableTargetCommand({ ...target, SuspendedState }));
      expect(await activities()).toEqual([]);
    });

    it.each([
      ['old', 'service-inactive'],
      ['never', 'service-missing'],
    ])('says of %s why it is gone', async (service, cause) => {
      expect(await servicesOf().describe(`${cluster}/${service}`)).toEqual({ kind: 'gone', cause });
    });

    it('describes more services than one call takes, and a missing cluster does not keep it from that', async () => {
      const services = servicesOf();
      const ids = Array.from({ length: 11 }, (_, index) => `${cluster}/many-${index}`);

      const [elsewhere, ...described] = await Promise.all(
        [`${unique('nowhere')}/orders`, ...ids].map((id) => services.describe(id)),
      );

      expect(elsewhere).toEqual({ kind: 'gone', cause: 'cluster-missing' });
      expect(described.map((it) => it.kind === 'described' && it.observation.desiredTasks)).toEqual([
        ...ids.keys(),
      ]);
    });

    // Both emulators take an update of a DAEMON service and of a deleted one, which ECS refuses.
    it('changes the desired count, and says when there is nothing to change', async () => {
      const services = servicesOf();
      expect(await services.updateDesiredTasks(`${cluster}/many-1`, 5, 5)).toEqual({ kind: 'accepted' });
      expect(await services.describe(`${cluster}/many-1`)).toMatchObject({
        observation: { desiredTasks: 5 },
      });
      for (const id of [`${cluster}/never`, `${unique('nowhere')}/orders`]) {
        expect(await services.updateDesiredTasks(id, 5, 5)).toMatchObject({
          kind: 'refused',
          cause: 'service-gone',
        });
      }
    });

    it('finds services by their tag', async () => {
      const listed = await createTaggedServices(aws.tagging, telemetry).list();
      expect(listed).toEqual(expect.arrayContaining([`${cluster}/orders`, `${cluster}/agent`]));
    });
  });

  sourcesContract(`Kinesis and SQS of ${name}`, () => ({
    sources: createSources({ kinesis: aws.kinesis, sqs: aws.sqs }),
    queues: createQueues(aws.sqs),
    addStream: (stream, shards) => addStream(aws, stream, shards),
    addConsumer: (stream, consumer) => addConsumer(aws, stream, consumer),
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

  describe('the dead letters', () => {
    it('take a body that is too large, with characters that SQS refuses', async () => {
      const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName: unique('dead') }));
      const body = `\u0001${'€'.repeat(500_000)}`;

      await createDeadLetters(aws.sqs, QueueUrl!).put({
        body,
        cause: 'too \u0001 large 🐟',
        from: 'publish',
      });

      const { Messages = [] } = await aws.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }),
      );
      expect(Messages.map((it) => it.Body?.slice(0, 3))).toEqual(['?€€']);
      expect(Messages[0]?.MessageAttributes).toMatchObject({
        cause: { StringValue: 'too ? large 🐟' },
        from: { StringValue: 'publish' },
        cutFromBytes: { StringValue: String(Buffer.byteLength(body)) },
      });
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
