import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateEventBusCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
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
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryScalableTargets } from '../../lib/adapters/memory/scalable-targets.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createScalableTargets } from '../../lib/adapters/scalable-targets.ts';
import { createSources } from '../../lib/adapters/sources.ts';
import { createDeadLetters, createQueues, createTickQueue } from '../../lib/adapters/sqs.ts';
import { createTableInput } from '../../lib/adapters/table-schema.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';
import { createTableStream } from '../../lib/cli/table-stream.ts';
import { eventSchemas } from '../../lib/contract/events.ts';
import type { TickMessage } from '../../lib/contract/messages.ts';
import type { ScalableTargets } from '../../lib/control/ports.ts';
import { type Aws, createAws, emulatorNames, unique } from './support/aws.ts';
import { addQueue, addStream, bodies, subscribe } from './support/queues.ts';

/** What a service reads: a tag's word for it, and the metrics of five minutes that say it has fallen behind. */
type Behind = {
  readonly tag: string;
  readonly namespace: string;
  readonly dimension: { readonly Name: string; readonly Value: string };
  readonly perMinute: Readonly<Record<string, number>>;
};

/** Fifty messages wait, and for five minutes twice as many have been sent as deleted. */
async function queueBehind(aws: Aws): Promise<Behind> {
  const queue = unique('jobs');
  await addQueue(aws, queue, { visible: 50, inFlight: 0, delayed: 0 });
  return {
    tag: `sqs/${queue}`,
    namespace: 'AWS/SQS',
    dimension: { Name: 'QueueName', Value: queue },
    perMinute: {
      NumberOfMessagesSent: 60,
      NumberOfMessagesDeleted: 30,
      ApproximateAgeOfOldestMessage: 120,
    },
  };
}

/** Two hundred records a second come in, and the oldest that is still to be read is ten minutes old. */
async function streamBehind(aws: Aws): Promise<Behind> {
  const stream = unique('orders');
  await addStream(aws, stream, 8);
  return {
    tag: `kinesis/${stream}`,
    namespace: 'AWS/Kinesis',
    dimension: { Name: 'StreamName', Value: stream },
    perMinute: { IncomingRecords: 12_000, 'GetRecords.IteratorAgeMilliseconds': 600_000 },
  };
}

/**
 * A tagged service that is asleep: no task of it runs, since emulators do not agree on how soon one does. Neither has
 * vended metrics: they are put by hand, into a namespace that AWS would keep for itself.
 */
async function createWorld(aws: Aws, { tag, namespace, dimension, perMinute }: Behind) {
  const cluster = unique('main');
  await aws.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { taskDefinition } = await aws.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: unique('worker'),
      containerDefinitions: [{ name: 'worker', image: 'worker', memory: 128 }],
    }),
  );
  await aws.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: 'worker',
      taskDefinition: taskDefinition?.taskDefinitionArn,
      launchType: 'EC2',
      desiredCount: 0,
      tags: [
        { key: 'weir:managed', value: 'auto' },
        { key: 'weir:source', value: tag },
        { key: 'weir:min', value: '0' },
        { key: 'weir:max', value: '10' },
      ],
    }),
  );
  const minute = Math.floor((Date.now() / 1000 - 30) / 60) * 60;
  for (let ago = 1; ago <= 5; ago++) {
    const MetricData = Object.entries(perMinute).map(([MetricName, Value]) => ({
      MetricName,
      Value,
      Dimensions: [dimension],
      Timestamp: new Date((minute - 60 * ago) * 1000),
    }));
    await aws.cloudWatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
  }
  return { service: `${cluster}/worker`, cluster };
}

type EventName = keyof typeof eventSchemas;
/** An event as a rule's target receives it. */
type Heard = { readonly 'detail-type': EventName; readonly detail: { readonly service: string } };

/** Weir's four functions over the real adapters. */
async function deploy(aws: Aws, targets: ScalableTargets) {
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

  // Standing still: no tick grows late while an emulator takes its time.
  const clock = createManualClock(Date.now() / 1000);
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
      targets,
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
  it.each([
    ['a queue', queueBehind],
    ['a stream', streamBehind],
  ])('a tagged service behind on %s is found, measured, scaled and told of', async (_, fallBehind) => {
    const aws = createAws(name);
    const { service, cluster } = await createWorld(aws, await fallBehind(aws));
    // MiniStack has no Application Auto Scaling.
    const targets = name === 'moto' ? createScalableTargets(aws.scaling) : createMemoryScalableTargets();
    const weir = await deploy(aws, targets);

    const discovered = await weir.discover({});
    expect(discovered).toContainEqual({ service, outcome: 'registered' });
    const dispatched = await weir.dispatch({});
    expect(dispatched.ticks).toBeGreaterThan(0);
    const [tick] = await bodies<TickMessage>(aws, weir.ticksUrl, (it) => it.length > 0);
    expect(tick?.services).toContain(service);
    // The wires that Lambda would be: from the queue to evaluate, and from the table's stream to publish.
    const Records = [
      { messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify({ ...tick, services: [service] }) },
    ];
    expect(await weir.evaluate({ Records })).toEqual({ batchItemFailures: [] });
    expect(await weir.publish({ Records: weir.stream.take() })).toEqual({ batchItemFailures: [] });

    const { services = [] } = await aws.ecs.send(
      new DescribeServicesCommand({ cluster, services: ['worker'] }),
    );
    expect(services[0]?.desiredCount).toBeGreaterThan(0);
    const told: EventName[] = ['Service Registered', 'Scaling Decision', 'Scaling Applied'];
    // Other tests have tagged services of theirs in the same emulator.
    const ownOf = (heard: readonly Heard[]) => heard.filter(({ detail }) => detail.service === service);
    const heard = await bodies<Heard>(aws, weir.heardUrl, (received) => {
      const types = ownOf(received).map((it) => it['detail-type']);
      return told.every((type) => types.includes(type));
    });
    const own = ownOf(heard);
    expect(own.map((it) => it['detail-type'])).toEqual(expect.arrayContaining(told));
    for (const it of own) expect(() => eventSchemas[it['detail-type']].parse(it.detail)).not.toThrow();
  });
});
