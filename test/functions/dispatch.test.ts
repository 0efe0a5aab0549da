import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { handler } from '../../functions/dispatch/index.ts';
import { registrationItem } from '../../lib/adapters/table-items.ts';
import { managed, noon } from '../contracts/fixtures.ts';
import { context, environment } from './events.ts';

const table = mockClient(DynamoDBDocumentClient);
const sqs = mockClient(SQSClient);

beforeEach(() => {
  table.reset();
  sqs.reset();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: noon * 1000 });
});

it('sends the ticks of the coming two minutes, each to wait for its slot', async () => {
  table.on(QueryCommand).resolves({ Items: [registrationItem(managed('prod/orders', 1))] });
  table.on(GetCommand).resolves({});
  table.on(PutCommand).resolves({});
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries }) => ({
    Successful: Entries.map(({ Id }: { Id: string }) => ({ Id })),
  }));

  // The schedule's own event is empty.
  const dispatched = await handler({}, context);

  expect(dispatched).toEqual({ messages: 3, ticks: 3, untilSeconds: noon + 120 });
  const { QueueUrl, Entries = [] } = sqs.commandCalls(SendMessageBatchCommand)[0]!.args[0].input;
  expect(QueueUrl).toBe(environment.TICK_QUEUE_URL);
  expect(
    Entries.map(({ MessageBody, DelaySeconds }) => [JSON.parse(MessageBody ?? ''), DelaySeconds]),
  ).toEqual([0, 60, 120].map((delay) => [{ slotSeconds: noon + delay, services: ['prod/orders'] }, delay]));
  expect(table.commandCalls(QueryCommand)[0]!.args[0].input).toMatchObject({
    TableName: environment.TABLE_NAME,
    IndexName: 'registrations',
  });
  expect(table.commandCalls(PutCommand)[0]!.args[0].input.Item).toMatchObject({ slotSeconds: noon + 120 });
});

it('has nothing to send for a fleet without services', async () => {
  table.on(QueryCommand).resolves({ Items: [] });
  table.on(GetCommand).resolves({});

  expect(await handler({}, context)).toMatchObject({ messages: 0, ticks: 0 });

  expect(sqs.calls()).toEqual([]);
});

it('fails when the registrations cannot be read, for the alarm to see it', async () => {
  table.on(QueryCommand).rejects(new Error('The table is gone.'));
  table.on(GetCommand).resolves({});

  await expect(handler({}, context)).rejects.toThrow('The table is gone.');
});
