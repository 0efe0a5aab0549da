import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import {
  type Item,
  registrationItem,
  sampleItem,
  sampleLifeSeconds,
  stateItem,
} from '../../lib/adapters/table-items.ts';
import { managed, noon, sample, state } from '../contracts/fixtures.ts';

function createWorld() {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
  const telemetry = createMemoryTelemetry();
  const clock = createManualClock(noon);
  return {
    table: mockClient(client),
    telemetry,
    clock,
    store: createStore({ client, tableName: 'weir', clock, telemetry }),
  };
}

type Key = { pk: string; sk: string };
const keysOf = (input: BatchGetCommandInput) => (input.RequestItems?.['weir']?.Keys ?? []) as Key[];
const toItem = ({ pk, sk }: Key): Item => {
  const service = pk.slice('SVC#'.length);
  return sk === 'REG' ? registrationItem(managed(service, 1)) : stateItem(state(service, 1));
};
/** Reads the first `perCall` keys of each request and leaves the others. */
const reading = (perCall: number) => (input: BatchGetCommandInput) => {
  const left = keysOf(input).slice(perCall);
  return {
    Responses: { weir: keysOf(input).slice(0, perCall).map(toItem) },
    UnprocessedKeys: left.length > 0 ? { weir: { Keys: left } } : {},
  };
};

describe('loading', () => {
  it('reads what all ask for at about the same time, consistently, a hundred keys a call, each key once', async () => {
    const { table, store } = createWorld();
    table.on(BatchGetCommand).callsFake(reading(100));
    const services = Array.from({ length: 51 }, (_, index) => `main/service-${index}`);

    await Promise.all([services[0]!, ...services].map((it) => store.load(it)));

    const inputs = table.commandCalls(BatchGetCommand).map(({ args }) => args[0].input);
    expect(inputs.map((it) => it.RequestItems?.['weir']?.ConsistentRead)).toEqual([true, true]);
    expect(inputs.map((it) => new Set(keysOf(it).map(({ pk, sk }) => `${pk} ${sk}`)).size)).toEqual(
      inputs.map((it) => keysOf(it).length),
    );
    expect(Math.max(...inputs.map((it) => keysOf(it).length))).toBeLessThanOrEqual(100);
  });

  it('asks again for the keys that were left unprocessed, and for no other', async () => {
    const { table, store } = createWorld();
    table.on(BatchGetCommand).callsFake(reading(3));

    const loaded = await Promise.all(['main/a', 'main/b', 'main/c'].map((it) => store.load(it)));

    expect(loaded.map((it) => [it.registration?.service, it.state?.service])).toEqual(
      ['main/a', 'main/b', 'main/c'].map((it) => [it, it]),
    );
    expect(table.commandCalls(BatchGetCommand).map(({ args }) => keysOf(args[0].input).length)).toEqual([
      6, 3,
    ]);
  });

  it('fails for the service whose keys are never processed, and for no other', async () => {
    const { table, store } = createWorld();
    table.on(BatchGetCommand).callsFake((input: BatchGetCommandInput) => {
      const left = keysOf(input).filter(({ pk }) => pk === 'SVC#main/b');
      const read = keysOf(input).filter(({ pk }) => pk !== 'SVC#main/b');
      return { Responses: { weir: read.map(toItem) }, UnprocessedKeys: { weir: { Keys: left } } };
    });

    const [a, b] = await Promise.allSettled(['main/a', 'main/b'].map((it) => store.load(it)));

    expect(a).toMatchObject({ value: { registration: { service: 'main/a' } } });
    expect(b).toMatchObject({
      reason: { message: 'DynamoDB left the items of main/b unread, 5 times.' },
    });
  });

  it('fails for the service whose item cannot be read, and for no other', async () => {
    const { table, store } = createWorld();
    table.on(BatchGetCommand).callsFake((input: BatchGetCommandInput) => ({
      Responses: {
        weir: keysOf(input).map((key) =>
          key.pk === 'SVC#main/b' ? { ...key, version: 'two' } : toItem(key),
        ),
      },
    }));

    const [a, b] = await Promise.allSettled(['main/a', 'main/b'].map((it) => store.load(it)));

    expect(a).toMatchObject({ status: 'fulfilled' });
    expect(b).toMatchObject({ reason: { message: expect.stringContaining('version') } });
  });

  it('fails for all when the call does', async () => {
    const { table, store } = createWorld();
    const error = new Error('The table is gone.');
    table.on(BatchGetCommand).rejects(error);

    const loaded = await Promise.allSettled(['main/a', 'main/b'].map((it) => store.load(it)));

    expect(loaded).toMatchObject([{ reason: error }, { reason: error }]);
    expect(table.commandCalls(BatchGetCommand)).toHaveLength(1);
  });
});

describe('a conditional write', () => {
  const refused = (item?: Record<string, { S: string }>) =>
    new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: { httpStatusCode: 400 },
      ...(item && { Item: item }),
    });

  it.each([
    [1, { ConditionExpression: 'attribute_not_exists(#version)' }],
    [8, { ConditionExpression: '#version = :previous', ExpressionAttributeValues: { ':previous': 7 } }],
  ])('of version %i has the condition that the version before it is there', async (version, condition) => {
    const { table, store } = createWorld();
    table.on(PutCommand).resolves({});

    expect(await store.commitState(state('main/orders', version))).toBe('committed');

    expect(table.commandCalls(PutCommand)[0]!.args[0].input).toMatchObject({
      TableName: 'weir',
      ...condition,
      ExpressionAttributeNames: { '#version': 'version' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  it('that meets what another has written is a conflict', async () => {
    const { table, store } = createWorld();
    table.on(PutCommand).rejects(refused({ write: { S: 'of another' } }));

    expect(await store.commitState(state('main/orders', 2))).toBe('conflict');
  });

  it('that meets its own first attempt, whose answer was lost, has taken place', async () => {
    const { table, store } = createWorld();
    table.on(PutCommand).callsFake(({ Item }) => {
      throw refused({ write: { S: Item.write } });
    });

    expect(await store.commitState(state('main/orders', 2))).toBe('committed');
  });

  it('is told apart from every other: no two carry the same mark', async () => {
    const { table, store } = createWorld();
    table.on(PutCommand).resolves({});

    await store.commitState(state('main/orders', 1));
    await store.commitState(state('main/orders', 1));

    const [first, second] = table.commandCalls(PutCommand).map(({ args }) => args[0].input.Item?.['write']);
    expect(first).toMatch(/^[\w-]{12}$/);
    expect(second).not.toBe(first);
  });

  it('that fails for another reason is no conflict', async () => {
    const { table, store } = createWorld();
    table.on(PutCommand).rejects(new Error('ProvisionedThroughputExceededException'));

    await expect(store.commitState(state('main/orders', 2))).rejects.toThrow('ProvisionedThroughput');
  });
});

describe('a query', () => {
  it('goes on over pages', async () => {
    const { table, store } = createWorld();
    const LastEvaluatedKey = { pk: 'SVC#main/orders', sk: 'S#1' };
    // The paginator goes on with the same input: what it held at each call is kept here.
    const starts: unknown[] = [];
    table.on(QueryCommand).callsFake(({ ExclusiveStartKey }) => {
      starts.push(ExclusiveStartKey);
      return ExclusiveStartKey === undefined
        ? { Items: [sampleItem('main/orders', sample(noon - 60))], LastEvaluatedKey }
        : { Items: [sampleItem('main/orders', sample(noon))] };
    });

    expect(await store.samples('main/orders', noon - 60)).toEqual([sample(noon - 60), sample(noon)]);

    expect(starts).toEqual([undefined, LastEvaluatedKey]);
  });

  it('leaves out samples whose time is over and that DynamoDB has yet to delete', async () => {
    const { table, store, clock } = createWorld();
    const moments = [noon - 1, noon];
    table
      .on(QueryCommand)
      .resolves({ Items: moments.map((atSeconds) => sampleItem('main/orders', sample(atSeconds))) });
    clock.set(noon - 1 + sampleLifeSeconds);

    expect(await store.samples('main/orders', 0)).toEqual([sample(noon)]);
  });

  it('gives the samples that can be read, and tells of the others', async () => {
    const { table, store, telemetry } = createWorld();
    const broken = { ...sampleItem('main/orders', sample(noon - 60)), sample: '{"atSeconds":"now"}' };
    table.on(QueryCommand).resolves({ Items: [broken, sampleItem('main/orders', sample(noon))] });

    expect(await store.samples('main/orders', 0)).toEqual([sample(noon)]);

    expect(telemetry.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('left out') }]);
  });

  it('gives the registrations that have a version, and tells of the others', async () => {
    const { table, store, telemetry } = createWorld();
    const orders = registrationItem(managed('main/orders', 3));
    table.on(QueryCommand).resolves({
      Items: [{ ...orders, version: 'three' }, { ...orders, registration: '{"policy":{}}' }, orders],
    });

    const registrations = await store.registrations();

    expect(registrations).toMatchObject([
      { service: 'main/orders', version: 3, status: 'rejected', problems: [{ subject: 'registration' }] },
      managed('main/orders', 3),
    ]);
    expect(telemetry.lines.map((it) => it.message)).toEqual([
      'A registration is left out.',
      expect.stringContaining('taken as rejected'),
    ]);
  });
});
