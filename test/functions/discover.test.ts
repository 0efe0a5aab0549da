import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { handler } from '../../functions/discover/index.ts';
import { registrationItem } from '../../lib/adapters/table-items.ts';
import { managed, noon } from '../contracts/fixtures.ts';
import { context, ecsService, environment, tagChangeEvent } from './events.ts';

const table = mockClient(DynamoDBDocumentClient);
const ecs = mockClient(ECSClient);
const kinesis = mockClient(KinesisClient);
const scaling = mockClient(ApplicationAutoScalingClient);
const tagging = mockClient(ResourceGroupsTaggingAPIClient);

const tags = { 'weir:managed': 'auto', 'weir:policy': 'patient', 'weir:source': 'kinesis/orders' };

beforeEach(() => {
  for (const mock of [table, ecs, kinesis, scaling, tagging]) mock.reset();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: noon * 1000 });
  table.on(BatchGetCommand).resolves({ Responses: { [environment.TABLE_NAME]: [] } });
  table.on(PutCommand).resolves({});
  ecs.on(DescribeServicesCommand).resolves({ services: [ecsService('orders', 4, tags)] });
  scaling.on(DescribeScalableTargetsCommand).resolves({ ScalableTargets: [] });
  kinesis.on(DescribeStreamSummaryCommand).callsFake(({ StreamName }) => ({
    StreamDescriptionSummary: {
      StreamName,
      StreamARN: `arn:aws:kinesis:eu-central-1:111122223333:stream/${StreamName}`,
      StreamStatus: 'ACTIVE',
      OpenShardCount: 8,
    },
  }));
});

const written = () => table.commandCalls(PutCommand).map((call) => call.args[0].input.Item ?? {});

it('registers the service that a changed tag is on, by the policy that the fleet names', async () => {
  expect(await handler(tagChangeEvent('prod/orders', tags), context)).toEqual([
    { service: 'prod/orders', outcome: 'registered' },
  ]);

  const [item = {}] = written();
  expect(item).toMatchObject({ pk: 'SVC#prod/orders', sk: 'REG', registered: 'REG', version: 1 });
  expect(JSON.parse(item['registration'])).toMatchObject({
    policy: { lagObjectiveSeconds: 300 },
    sources: [{ kind: 'kinesis', stream: 'orders', partitions: 8 }],
  });
  expect(JSON.parse(item['outbox'])).toMatchObject([{ detailType: 'Service Registered' }]);
  expect(tagging.calls()).toEqual([]);
});

it('looks at every tagged and every registered service when the schedule wakes it', async () => {
  tagging.on(GetResourcesCommand).resolves({
    ResourceTagMappingList: [{ ResourceARN: 'arn:aws:ecs:eu-central-1:111122223333:service/prod/orders' }],
  });
  const old = registrationItem(managed('prod/old', 3));
  table.on(QueryCommand).resolves({ Items: [old] });
  table.on(BatchGetCommand).resolves({ Responses: { [environment.TABLE_NAME]: [old] } });
  ecs.on(DescribeServicesCommand).resolves({
    services: [ecsService('orders', 4, tags)],
    failures: [{ arn: 'arn:aws:ecs:eu-central-1:111122223333:service/prod/old', reason: 'MISSING' }],
  });

  expect(await handler({}, context)).toEqual([
    { service: 'prod/old', outcome: 'retired' },
    { service: 'prod/orders', outcome: 'registered' },
  ]);

  expect(ecs.commandCalls(DescribeServicesCommand)).toHaveLength(1);
  expect(
    written()
      .map(({ pk, status }) => [pk, status])
      .sort(),
  ).toEqual([
    ['SVC#prod/old', 'retired'],
    ['SVC#prod/orders', 'managed'],
  ]);
});
