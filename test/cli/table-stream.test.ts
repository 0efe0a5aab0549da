import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalDynamo, startDynalite } from '../../lib/cli/local-dynamo.ts';
import { createTableStream } from '../../lib/cli/table-stream.ts';

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.stop());

it('tells what was written with an outbox, in order and once, as a stream of new images does', async () => {
  const TableName = await dynamo.createTable();
  const stream = createTableStream(dynamo.client);
  const put = (item: Record<string, string | number>, condition?: string) =>
    dynamo.client.send(
      new PutCommand({ TableName, Item: item, ...(condition && { ConditionExpression: condition }) }),
    );
  await put({ pk: 'SVC#main/orders', sk: 'STATE', version: 1, outbox: '[1]' });
  await put({ pk: 'SVC#main/orders', sk: 'S#1', sample: 'x' });
  const refused = put({ pk: 'SVC#main/orders', sk: 'STATE', outbox: '[2]' }, 'attribute_not_exists(pk)');
  await expect(refused).rejects.toThrow(/conditional/i);
  await put({ pk: 'SVC#main/orders', sk: 'STATE', version: 2, outbox: '[3]' });

  const records = stream.take();
  expect(records.map((it) => it.dynamodb.NewImage)).toEqual([
    { pk: { S: 'SVC#main/orders' }, sk: { S: 'STATE' }, version: { N: '1' }, outbox: { S: '[1]' } },
    { pk: { S: 'SVC#main/orders' }, sk: { S: 'STATE' }, version: { N: '2' }, outbox: { S: '[3]' } },
  ]);
  expect(new Set(records.map((it) => it.dynamodb.SequenceNumber)).size).toBe(2);
  expect(stream.take()).toEqual([]);
});
