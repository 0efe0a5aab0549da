import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { handler } from '../../functions/observe/index.ts';
import { registrationItem } from '../../lib/adapters/table-items.ts';
import { managed, noon } from '../contracts/fixtures.ts';
import { actionEvent, startedEvent, stoppedEvent } from '../support/ecs-events.ts';
import { context, environment, sqsEvent } from './events.ts';

const table = mockClient(DynamoDBDocumentClient);

beforeEach(() => {
  table.reset();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: noon * 1000 });
  table.on(BatchGetCommand).resolves({
    Responses: { [environment.TABLE_NAME]: [registrationItem(managed('main/orders', 1))] },
  });
  table.on(PutCommand).resolves({});
});

const task = (id: string, service = 'orders') => ({
  id,
  service,
  createdAt: noon - 100,
  startedAt: noon - 60,
});
const deliver = (...events: object[]) =>
  handler(sqsEvent(...events.map((it) => JSON.stringify(it))), context);

it('reads the services of a batch together, and writes each that is managed once', async () => {
  const answer = await deliver(
    startedEvent(task('aaaaaaaa')),
    startedEvent(task('bbbbbbbb')),
    stoppedEvent(task('aaaaaaaa'), noon - 30),
    startedEvent(task('cccccccc', 'payments')),
    actionEvent('SERVICE_TASK_PLACEMENT_FAILURE', noon, 'RESOURCE:FARGATE'),
  );

  expect(answer).toEqual({ batchItemFailures: [] });
  const reads = table.commandCalls(BatchGetCommand).map((it) => it.args[0].input.RequestItems);
  expect(reads.map((it) => it?.[environment.TABLE_NAME]?.Keys)).toEqual([
    ['orders', 'payments'].flatMap((name) => ['REG', 'STATE'].map((sk) => ({ pk: `SVC#main/${name}`, sk }))),
    // Of the one that is not managed no more is asked.
    [{ pk: 'SVC#main/orders', sk: 'SEEN' }],
  ]);
  const written = table.commandCalls(PutCommand).map((it) => it.args[0].input);
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({
    Item: { pk: 'SVC#main/orders', sk: 'SEEN', version: 1 },
    ConditionExpression: 'attribute_not_exists(#version)',
  });
  expect(JSON.parse(written[0]?.Item?.['observed'])).toMatchObject({
    revisions: ['orders:12'],
    starts: [
      ['aaaaaaaa', 0, noon - 60, 40],
      ['bbbbbbbb', 0, noon - 60, 40],
    ],
    failures: [['aaaaaaaa', 0, noon - 30, 30]],
    newest: { 'placement-failed': { atSeconds: noon, cause: 'RESOURCE:FARGATE' } },
  });
  // Nothing that the table's stream would carry on.
  expect(written[0]?.Item).not.toHaveProperty('outbox');
});

it('hands back what could not be kept', async () => {
  table.on(PutCommand).rejects(new Error('The table is gone.'));

  const answer = await deliver(startedEvent(task('aaaaaaaa')), startedEvent(task('cccccccc', 'payments')));

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: expect.stringMatching(/0$/) }] });
});
