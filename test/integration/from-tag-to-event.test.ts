import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateEventBusCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createServices } from '../../lib/adapters/ecs.ts';
import { createEventBus } from '../../lib/adapters/eventbridge.ts';
import {
  discoverHandler,
  dispatchHandler,
  evaluateHandler,
  publishHandler,
} from '../../lib/adapters/handlers.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createSources } from '../../lib/adapters/sources.ts';
import { createDeadLetters, createQueues, createTickQueue } from '../../lib/adapters/sqs.ts';
import { createTableInput } from '../../lib/adapters/table-schema.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';
import { createTableStream } from '../../lib/cli/table-stream.ts';
import { eventSchemas } from '../../lib/contract/events.ts';
import { type Aws, createAws, emulatorNames, unique } from './support/aws.ts';
import { bodies, subscribe } from './support/queues.ts';

/**
 * A tagged service that reads a queue and is asleep: no task of it runs, since emulators do not agree on how soon one
 * does.
 */
async function createWorld(aws: Aws) {
  const [cluster, queue] = [unique('main'), unique('jobs')];
  const { QueueUrl: queueUrl = '' } = await aws.sqs.send(new CreateQueueCommand({ QueueName: queue }));
  await aws.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { taskDefinition } = await aws.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: unique('jobs'),
      containerDefinitions: [{ name: 'jobs', image: 'jobs', memory: 128 }],
    }),
  );
  await aws.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: 'jobs',
      taskDefinition: taskDefinition?.taskDefinitionArn,
      launchType: 'EC2',
      desiredCount: 0,
      tags: [
        { key: 'weir:managed', value: 'auto' },
        { key: 'weir:source', value: `sqs/${queue}` },
        { key: 'weir:min', value: '0' },
        { key: 'weir:max', value: '10' },
      ],
    }),
  );
  return { service: `${cluster}/jobs`, cluster, queue, queueUrl };
}

/** Fifty messages wait, and for five minutes twice as many have been sent as deleted. */
async function fallBehind(aws: Aws, queue: string, queueUrl: string): Promise<void> {
  for (let batch = 0; batch < 5; batch++) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `m${index}`, MessageBody: 'job' }));
    await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
  const minute = Math.floor((Date.now() / 1000 - 30) / 60) * 60;
  const values = {
    NumberOfMessagesSent: 60,
    NumberOfMessagesDeleted: 30,
    ApproximateAgeOfOldestMessage: 120,
  };
  for (let ago = 1; ago <= 5; ago++) {
    await aws.cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/SQS',
        MetricData: Object.entries(values).map(([MetricName, Value]) => ({
          MetricName,
          Value,
          Dimensions: [{ Name: 'QueueName', Value: queue }],
          Timestamp: new Date((minute - 60 * ago) * 1000),
        })),
      }),
    );
  }
}

/** Weir's four functions over the real adapters. */
async function deploy(aws: Aws) {
  const [tableName, busName] = [unique('weir'), unique('weir')];
  await aws.table.send(new CreateTableCommand(createTableInput(tableName)));
  await waitUntilTableExists({ client: aws.table, maxWaitTime: 30, minDelay: 1 }, { TableName: tableName });
  await aws.eventBridge.send(new CreateEventBusCommand({ Name: busName }));
  const urlOf = async (name: string) =>
    (await aws.sqs.send(new CreateQueueCommand({ QueueName: unique(name) }))).QueueUrl ?? '';
  const [ticksUrl, deadLettersUrl, heardUrl] = [
    await urlOf('ticks'),
    await urlOf('dead'),
    await urlOf('heard'),
  ];
  await subscribe(aws, busName, heardUrl);

  const clock = createSystemClock();
  const telemetry = createMemoryTelemetry();
  const store = createStore({ client: aws.table, tableName, clock, telemetry });
  const services = createServices({ reads: aws.ecs, writes: aws.ecsOnce });
  const deadLetters = createDeadLetters(aws.sqs, deadLettersUrl);
  return {
    stream: createTableStream(aws.table),
    ticksUrl,
    heardUrl,
    discover: discoverHandler({
      clock,
      store,
      services,
      telemetry,
      tagged: createTaggedServices(aws.tagging, telemetry),
      sources: createSources({ kinesis: aws.kinesis, sqs: aws.sqs }),
      fleet: { policies: {} },
    }),
    dispatch: dispatchHandler({ clock, store, telemetry, tickQueue: createTickQueue(aws.sqs, ticksUrl) }),
    evaluate: evaluateHandler({
      clock,
      store,
      services,
      telemetry,
      deadLetters,
      metrics: createMetrics(aws.cloudWatch, clock),
      queues: createQueues(aws.sqs),
    }),
    publish: publishHandler({
      clock,
      telemetry,
      deadLetters,
      bus: createEventBus(aws.eventBridge, busName),
    }),
  };
}

describe.each(emulatorNames)('on %s', (name) => {
  it('a tagged service is found, measured, scaled and told of, with nothing of Weir replaced but the two wires that are missing', async () => {
    const aws = createAws(name);
    const { service, cluster, queue, queueUrl } = await createWorld(aws);
    await fallBehind(aws, queue, queueUrl);
    const weir = await deploy(aws);

    const discovered = await weir.discover({});
    expect(discovered).toContainEqual({ service, outcome: 'registered' });
    const dispatched = await weir.dispatch({});
    expect(dispatched.ticks).toBeGreaterThan(0);
    const [tick] = (await bodies(aws, weir.ticksUrl, 1)) as { services: string[] }[];
    expect(tick?.services).toContain(service);
    // The wires that Lambda would be: from the queue to evaluate, and from the table's stream to publish.
    const Records = [
      { messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify({ ...tick, services: [service] }) },
    ];
    expect(await weir.evaluate({ Records })).toEqual({ batchItemFailures: [] });
    expect(await weir.publish({ Records: weir.stream.take() })).toEqual({ batchItemFailures: [] });

    const { services = [] } = await aws.ecs.send(
      new DescribeServicesCommand({ cluster, services: ['jobs'] }),
    );
    expect(services[0]?.desiredCount).toBeGreaterThan(0);
    const heard = (await bodies(aws, weir.heardUrl, 3)) as {
      'detail-type': keyof typeof eventSchemas;
      detail: { service: string };
    }[];
    const own = heard.filter(({ detail }) => detail.service === service);
    expect(own.map((it) => it['detail-type'])).toEqual(
      expect.arrayContaining(['Service Registered', 'Scaling Decision', 'Scaling Applied']),
    );
    for (const it of own) expect(() => eventSchemas[it['detail-type']].parse(it.detail)).not.toThrow();
  });
});
