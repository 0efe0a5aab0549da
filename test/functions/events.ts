import type { AttributeValue, Context, DynamoDBStreamEvent, EventBridgeEvent, SQSEvent } from 'aws-lambda';
import type { Item } from '../../lib/adapters/table-items.ts';

const account = '111122223333';
const region = 'eu-central-1';

/** What the stack gives the functions, all of it: each reads its own. */
export const environment = {
  AWS_REGION: region,
  TABLE_NAME: 'weir-Table-1ABC',
  TICK_QUEUE_URL: `https://sqs.${region}.amazonaws.com/${account}/ticks`,
  DEAD_LETTER_QUEUE_URL: `https://sqs.${region}.amazonaws.com/${account}/dead-letters`,
  EVENT_BUS_NAME: 'weir',
  FLEET: '{"policies":{"patient":{"lagObjectiveSeconds":300}}}',
  // Tests assert what is done; the lines about it would only fill the screen.
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
} as const;

export const context = {
  functionName: 'weir',
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  memoryLimitInMB: '256',
  getRemainingTimeInMillis: () => 30_000,
} as Context;

/** As Lambda's poller hands a batch of SQS over. */
export const sqsEvent = (...bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `059f36b4-87a3-44ab-83d2-66197597990${index}`,
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1795780740000',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1795780800000',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${region}:${account}:ticks`,
    awsRegion: region,
  })),
});

/** As Lambda's poller hands a batch of the table's stream over. */
export const streamEvent = (...items: readonly Item[]): DynamoDBStreamEvent => ({
  Records: items.map((item, index) => ({
    eventID: `${index}`,
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    eventSourceARN: `arn:aws:dynamodb:${region}:${account}:table/weir-Table-1ABC/stream/2026-11-27T00:00:00.000`,
    dynamodb: {
      ApproximateCreationDateTime: 1_795_780_800,
      Keys: marshalled({ pk: item['pk'] ?? '', sk: item['sk'] ?? '' }),
      NewImage: marshalled(item),
      SequenceNumber: sequenceNumber(index),
      SizeBytes: 600,
      StreamViewType: 'NEW_IMAGE',
    },
  })),
});

export const sequenceNumber = (index: number) => `4421584500000000017450439${index}`;

function marshalled(item: Item): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );
}

/** As EventBridge tells that a tag of an ECS service has changed. */
export const tagChangeEvent = (service: string, tags: Readonly<Record<string, string>>) =>
  ({
    version: '0',
    id: 'ffd8a6fe-32f8-ef66-c85c-111111111111',
    'detail-type': 'Tag Change on Resource',
    source: 'aws.tag',
    account,
    time: '2026-11-27T12:00:00Z',
    region,
    resources: [`arn:aws:ecs:${region}:${account}:service/${service}`],
    detail: {
      'changed-tag-keys': Object.keys(tags),
      service: 'ecs',
      'resource-type': 'service',
      'version-timestamp': 1_795_780_800,
      version: 2,
      tags,
    },
  }) satisfies EventBridgeEvent<string, unknown>;

/** A service as DescribeServices describes it. */
export const ecsService = (
  name: string,
  desiredCount: number,
  tags: Readonly<Record<string, string>> = {},
) => ({
  serviceName: name,
  status: 'ACTIVE',
  schedulingStrategy: 'REPLICA' as const,
  desiredCount,
  runningCount: desiredCount,
  pendingCount: 0,
  deployments: [
    {
      status: 'PRIMARY',
      rolloutState: 'COMPLETED' as const,
      taskDefinition: `arn:aws:ecs:${region}:${account}:task-definition/${name}:12`,
    },
  ],
  tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
});
