import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { handler } from '../../functions/learn/index.ts';
import { registrationItem } from '../../lib/adapters/table-items.ts';
import { managed, noon } from '../contracts/fixtures.ts';
import { context, environment } from './events.ts';

const table = mockClient(DynamoDBDocumentClient);
const cloudWatch = mockClient(CloudWatchClient);

beforeEach(() => {
  table.reset();
  cloudWatch.reset();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: noon * 1000 });
});

it('reads four weeks of two services in one call, and keeps what it finds of each', async () => {
  const services = ['prod/orders', 'prod/payments'];
  table.on(QueryCommand).resolves({ Items: services.map((it) => registrationItem(managed(it, 1))) });
  table.on(BatchGetCommand).resolves({ Responses: {} });
  table.on(PutCommand).resolves({});
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }) => ({
    MetricDataResults: MetricDataQueries.map(({ Id }: { Id: string }) => ({
      Id,
      StatusCode: 'Complete',
      Timestamps: [],
      Values: [],
    })),
  }));

  // The schedule's own event is empty.
  const learned = await handler({}, context);

  expect(learned).toEqual(services.map((service) => ({ service, outcome: 'no-season' })));
  const calls = cloudWatch.commandCalls(GetMetricDataCommand).map((it) => it.args[0].input);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.StartTime).toEqual(new Date((noon - 28 * 86_400) * 1000));
  expect(calls[0]?.MetricDataQueries).toMatchObject([{ MetricStat: { Period: 300, Stat: 'Sum' } }]);
  const batch = table.commandCalls(BatchGetCommand)[0]!.args[0].input.RequestItems?.[environment.TABLE_NAME];
  expect(batch).toEqual({
    Keys: services.map((it) => ({ pk: `SVC#${it}`, sk: 'MODEL' })),
    ConsistentRead: false,
  });
  const written = table.commandCalls(PutCommand).map((it) => it.args[0].input.Item);
  expect(written.map((it) => [it?.['pk'], it?.['sk'], it?.['learnedAtSeconds']]).sort()).toEqual(
    services.map((it) => [`SVC#${it}`, 'MODEL', noon]),
  );
  // Nothing that the table's stream would carry on.
  expect(written.some((it) => it !== undefined && 'outbox' in it)).toBe(false);
});

it('fails when the registrations cannot be read, for somebody to see it', async () => {
  table.on(QueryCommand).rejects(new Error('The table is gone.'));

  await expect(handler({}, context)).rejects.toThrow('The table is gone.');
});
