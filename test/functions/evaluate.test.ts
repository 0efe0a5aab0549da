import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../functions/evaluate/index.ts';
import { registrationItem } from '../../lib/adapters/table-items.ts';
import { managed, noon } from '../contracts/fixtures.ts';
import { context, ecsService, environment, sqsEvent } from './events.ts';

const table = mockClient(DynamoDBDocumentClient);
const ecs = mockClient(ECSClient);
const cloudWatch = mockClient(CloudWatchClient);
const sqs = mockClient(SQSClient);

const values: Readonly<Record<string, number>> = {
  IncomingRecords: 120_000,
  // Ten minutes behind an objective of one.
  'GetRecords.IteratorAgeMilliseconds': 600_000,
  CPUUtilization: 95,
  MemoryUtilization: 40,
};

/** A few minutes of each metric that is asked for, the same value at each. */
function metricData({ MetricDataQueries = [] }: { MetricDataQueries?: MetricDataQuery[] }) {
  const minutes = [4, 3, 2].map((ago) => new Date((noon - ago * 60) * 1000));
  return {
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => ({
      Id,
      StatusCode: 'Complete',
      Timestamps: minutes,
      Values: minutes.map(() => values[MetricStat?.Metric?.MetricName ?? ''] ?? 0),
    })),
  };
}

beforeEach(() => {
  for (const mock of [table, ecs, cloudWatch, sqs]) mock.reset();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: (noon + 5) * 1000 });
  const registered = [registrationItem(managed('prod/orders', 1))];
  table.on(BatchGetCommand).resolves({ Responses: { [environment.TABLE_NAME]: registered } });
  table.on(QueryCommand).resolves({ Items: [] });
  table.on(PutCommand).resolves({});
  ecs.on(DescribeServicesCommand).resolves({ services: [ecsService('orders', 4)] });
  ecs.on(UpdateServiceCommand).resolves({});
  cloudWatch.on(GetMetricDataCommand).callsFake(metricData);
  sqs.on(SendMessageCommand).resolves({});
});

const tick = (slotSeconds: number, ...services: string[]) => JSON.stringify({ slotSeconds, services });
const written = () => table.commandCalls(PutCommand).map((call) => call.args[0].input.Item ?? {});

describe('a tick', () => {
  it('of a service far behind its objective is measured, scaled out, and told', async () => {
    const answer = await handler(sqsEvent(tick(noon, 'prod/orders')), context);

    expect(answer).toEqual({ batchItemFailures: [] });
    const updates = ecs.commandCalls(UpdateServiceCommand).map(({ args }) => args[0].input);
    expect(updates).toEqual([{ cluster: 'prod', service: 'orders', desiredCount: expect.any(Number) }]);
    expect(updates[0]?.desiredCount).toBeGreaterThan(4);
    expect(cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(1);

    const [sample, decided, applied] = written();
    expect(sample?.['sk']).toMatch(/^S#/);
    expect(decided).toMatchObject({ pk: 'SVC#prod/orders', sk: 'STATE', version: 1 });
    expect(applied).toMatchObject({ sk: 'STATE', version: 2 });
    const toldBy = (item: typeof sample) =>
      (JSON.parse(item?.['outbox']) as { detailType: string }[]).map(({ detailType }) => detailType);
    expect(toldBy(decided)).toContain('Scaling Decision');
    expect(toldBy(applied)).toEqual(['Scaling Applied']);
  });

  it('whose service cannot be described fails by itself and is not delivered again', async () => {
    ecs.on(DescribeServicesCommand).rejects(new Error('Service unavailable'));

    const answer = await handler(sqsEvent(tick(noon, 'prod/orders')), context);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(written()).toEqual([]);
    expect(sqs.calls()).toEqual([]);
  });
});

describe('a message that is no tick', () => {
  it('is kept whole among the dead letters, with its cause', async () => {
    const answer = await handler(sqsEvent('{"slotSeconds":"now"}'), context);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(sqs.commandCalls(SendMessageCommand)[0]!.args[0].input).toMatchObject({
      QueueUrl: environment.DEAD_LETTER_QUEUE_URL,
      MessageBody: '{"slotSeconds":"now"}',
      MessageAttributes: {
        cause: { StringValue: expect.stringContaining('not a tick') },
        from: { StringValue: 'evaluate' },
      },
    });
  });

  it('is delivered again when the dead letters do not take it, and no other message is', async () => {
    sqs.on(SendMessageCommand).rejects(new Error('The queue is gone.'));
    const event = sqsEvent('not JSON', tick(noon, 'prod/orders'));

    const answer = await handler(event, context);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: event.Records[0]!.messageId }] });
    expect(ecs.commandCalls(UpdateServiceCommand)).toHaveLength(1);
  });
});
