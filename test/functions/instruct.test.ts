import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { handler } from '../../functions/instruct/index.ts';
import { registrationItem } from '../../lib/adapters/table-items.ts';
import { managed, noon } from '../contracts/fixtures.ts';
import { context, environment } from './events.ts';

const table = mockClient(DynamoDBDocumentClient);
const sqs = mockClient(SQSClient);

beforeEach(() => {
  for (const mock of [table, sqs]) mock.reset();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: noon * 1000 });
  table.on(BatchGetCommand).resolves({ Responses: { [environment.TABLE_NAME]: [] } });
  table
    .on(BatchGetCommand, {
      RequestItems: {
        [environment.TABLE_NAME]: {
          Keys: ['REG', 'STATE'].map((sk) => ({ pk: 'SVC#main/orders', sk })),
          ConsistentRead: true,
        },
      },
    })
    .resolves({ Responses: { [environment.TABLE_NAME]: [registrationItem(managed('main/orders', 1))] } });
  table.on(PutCommand).resolves({});
  sqs.on(SendMessageCommand).resolves({});
});

const event = (detail: object) => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  source: 'weir.people',
  'detail-type': 'Instruction',
  detail,
});

it('keeps what is said of a service, with the event that tells of it, by one write', async () => {
  expect(await handler(event({ kind: 'pause', service: 'main/orders', direction: 'in' }), context)).toBe(
    'taken',
  );

  const written = table.commandCalls(PutCommand).map((it) => it.args[0].input);
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({
    Item: { pk: 'SVC#main/orders', sk: 'CONTROL', version: 1 },
    ConditionExpression: 'attribute_not_exists(#version)',
  });
  expect(JSON.parse(written[0]?.Item?.['control'])).toEqual({ paused: { in: {} }, answers: [] });
  expect(JSON.parse(written[0]?.Item?.['outbox'])).toMatchObject([
    { detailType: 'Control Changed', detail: { id: 'main/orders#say1', paused: ['in'] } },
  ]);
});

it('keeps what cannot be followed among the dead letters', async () => {
  expect(await handler(event({ kind: 'approve', decisionId: 'orders' }), context)).toBe('unreadable');

  expect(table.commandCalls(PutCommand)).toEqual([]);
  const [letter] = sqs.commandCalls(SendMessageCommand).map((it) => it.args[0].input);
  expect(letter?.QueueUrl).toBe(environment.DEAD_LETTER_QUEUE_URL);
  expect(letter?.MessageBody).toContain('decisionId');
});
