import { randomBytes } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import DataLoader from 'dataloader';
import pRetry from 'p-retry';
import type { ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { Clock, Committed, Store, StoredRegistration, Telemetry } from '../control/ports.ts';
import { gather } from './batches.ts';
import { controlItem, controlKey, readControl } from './control-item.ts';
import { observedItem, observedKey, readObserved } from './observed-item.ts';
import {
  afterSamples,
  cursorKey,
  type Item,
  indexedAs,
  modelItem,
  modelKey,
  partitionOf,
  readCursor,
  readModel,
  readRegistration,
  readSample,
  readState,
  readWaiting,
  registrationItem,
  registrationKey,
  sampleItem,
  sampleSortKey,
  stateItem,
  stateKey,
  waitingItem,
  waitingPartition,
} from './table-items.ts';
import { tableSchema } from './table-schema.ts';

/** BatchGetItem takes 100 keys; a service has two. */
const servicesPerCall = 50;
const keysPerCall = 100;
/** How often keys that DynamoDB left unprocessed are asked for again, after 50, 100, 200, 400 ms. */
const batchRetries = 4;

type Loaded = Awaited<ReturnType<Store['load']>>;
type Key = { readonly pk: string; readonly sk: string };

/**
 * The table. What is written is an item of its own by a PutItem under a condition; nothing is updated in place and
 * nothing needs a transaction.
 */
export function createStore(options: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'warn'>;
  /** When loads that were asked for together are sent as one call; a few milliseconds later unless given. */
  readonly gatherLoads?: (dispatch: () => void) => void;
}): Store {
  const { client, tableName, clock } = options;
  const warn = options.telemetry.warn;

  const loads = new DataLoader<ServiceId, Loaded>((services) => loadAll(client, tableName, services, warn), {
    cache: false,
    batchScheduleFn: options.gatherLoads ?? gather,
    maxBatchSize: servicesPerCall,
  });

  /**
   * Items that change slowly, read a second behind at half the price. What was learned and what was observed of a service
   * come in one call, and cost half a read unit each at a tick: a quarter of a cent a month, at a tick a minute.
   */
  const slowItems = new DataLoader<Key, unknown, string>((keys) => loadSlowItems(client, tableName, keys), {
    cache: false,
    cacheKeyFn: keyText,
    batchScheduleFn: options.gatherLoads ?? gather,
    maxBatchSize: keysPerCall,
  });

  /** True if the item was written, false if the condition did not hold. */
  const put = async (
    item: Item,
    condition: string,
    names: Record<string, string>,
    values?: Record<string, number>,
  ): Promise<boolean> => {
    const write = randomBytes(9).toString('base64url');
    try {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...item, write },
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ...(values && { ExpressionAttributeValues: values }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The SDK sends again when an answer is lost, and then meets its own write: that is no conflict.
      return error.Item?.['write']?.S === write;
    }
  };

  const commit = async (item: Item, version: number): Promise<Committed> => {
    const written =
      version === 1
        ? await put(item, 'attribute_not_exists(#version)', { '#version': 'version' })
        : await put(item, '#version = :previous', { '#version': 'version' }, { ':previous': version - 1 });
    return written ? 'committed' : 'conflict';
  };

  return {
    load: (service) => loads.load(service),

    samples: async (service, sinceSeconds) => {
      const items = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': partitionOf(service),
          ':from': sampleSortKey(Math.max(0, sinceSeconds)),
          ':to': afterSamples,
        },
      });
      const nowSeconds = clock.nowSeconds();
      return items.flatMap((item) => readSample(item, nowSeconds, warn) ?? []);
    },

    putSample: async (service, sample) => {
      const written = await put(
        sampleItem(service, sample),
        'attribute_not_exists(pk) OR attribute_exists(#sample)',
        {
          '#sample': 'sample',
        },
      );
      if (!written) throw new WeirError(`An item that is no sample is at the key of a sample of ${service}.`);
    },

    model: async (service) => {
      const item = await slowItems.load(modelKey(service));
      return item === undefined ? undefined : readModel(item, clock.nowSeconds(), warn);
    },

    putModel: async (service, model) => {
      await put(
        modelItem(service, model),
        'attribute_not_exists(pk) OR #learned <= :learned',
        { '#learned': 'learnedAtSeconds' },
        { ':learned': model.learnedAtSeconds },
      );
    },

    commitState: (state) => commit(stateItem(state), state.version),

    observed: async (service) => {
      const item = await slowItems.load(observedKey(service));
      return item === undefined ? undefined : readObserved(item, warn);
    },

    control: async (service) => {
      const item = await slowItems.load(controlKey(service));
      return item === undefined ? undefined : readControl(item);
    },

    commitControl: (control) => commit(controlItem(control), control.version),

    commitObserved: (observed) => commit(observedItem(observed), observed.version),

    commitRegistration: (registration) => commit(registrationItem(registration), registration.version),

    registrations: async () => {
      const { indexName, partitionKey } = tableSchema.registrations;
      const items = await query({
        IndexName: indexName,
        KeyConditionExpression: '#registered = :registered',
        ExpressionAttributeNames: { '#registered': partitionKey },
        ExpressionAttributeValues: { ':registered': indexedAs },
      });
      return items.flatMap((item): StoredRegistration[] => {
        try {
          return [readRegistration(item, warn)];
        } catch (error) {
          // One item that nobody can read must not keep the others from their ticks.
          warn('A registration is left out.', { error: String(error) });
          return [];
        }
      });
    },

    putWaiting: async (note) => {
      await client.send(new PutCommand({ TableName: tableName, Item: waitingItem(note) }));
    },

    waiting: async (sinceSeconds) => {
      const items = await query({
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: {
          ':pk': waitingPartition,
          ':from': sampleSortKey(Math.max(0, sinceSeconds)),
        },
      });
      return items.flatMap((item) => readWaiting(item, warn) ?? []);
    },

    dispatchedUntil: async () => {
      const answer = await client.send(
        new GetCommand({ TableName: tableName, Key: cursorKey, ConsistentRead: true }),
      );
      return answer.Item === undefined ? undefined : readCursor(answer.Item);
    },

    setDispatchedUntil: async (slotSeconds) => {
      await put(
        { ...cursorKey, slotSeconds },
        'attribute_not_exists(pk) OR #slot < :slot',
        { '#slot': 'slotSeconds' },
        { ':slot': slotSeconds },
      );
    },
  };

  async function query(input: Omit<Parameters<typeof paginateQuery>[1], 'TableName'>): Promise<unknown[]> {
    const items: unknown[] = [];
    for await (const page of paginateQuery({ client }, { TableName: tableName, ...input })) {
      items.push(...(page.Items ?? []));
    }
    return items;
  }
}

async function loadAll(
  client: DynamoDBDocumentClient,
  tableName: string,
  services: readonly ServiceId[],
  warn: Telemetry['warn'],
): Promise<(Loaded | Error)[]> {
  const keys = [...new Set(services)].flatMap((service): Key[] => [
    registrationKey(service),
    stateKey(service),
  ]);
  const { items, unprocessed } = await batchGet(client, tableName, keys, true);
  return services.map((service) => {
    const [registration, state] = [registrationKey(service), stateKey(service)].map(keyText);
    if (unprocessed.has(registration ?? '') || unprocessed.has(state ?? '')) {
      return new WeirError(`DynamoDB left the items of ${service} unread, ${batchRetries + 1} times.`);
    }
    try {
      const registered = items.get(registration ?? '');
      const stated = items.get(state ?? '');
      return {
        ...(registered !== undefined && { registration: readRegistration(registered, warn) }),
        ...(stated !== undefined && { state: readState(stated, warn) }),
      };
    } catch (error) {
      return error instanceof Error ? error : new WeirError(String(error));
    }
  });
}

async function loadSlowItems(
  client: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly Key[],
): Promise<unknown[]> {
  const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const { items, unprocessed } = await batchGet(client, tableName, distinct, false);
  return keys.map((key) => {
    const text = keyText(key);
    if (!unprocessed.has(text)) return items.get(text);
    return new WeirError(`DynamoDB left the item ${text} unread, ${batchRetries + 1} times.`);
  });
}

const keyText = ({ pk, sk }: Key) => `${pk} ${sk}`;

/** Keys left unprocessed are asked for again; those still left then are named. */
async function batchGet(
  client: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly Key[],
  consistent: boolean,
): Promise<{ items: Map<string, unknown>; unprocessed: Set<string> }> {
  const items = new Map<string, unknown>();
  let open: readonly Key[] = keys;
  const ask = async () => {
    const RequestItems = { [tableName]: { Keys: [...open], ConsistentRead: consistent } };
    const answer = await client.send(new BatchGetCommand({ RequestItems }));
    for (const item of answer.Responses?.[tableName] ?? []) items.set(keyText(item as Key), item);
    open = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []) as Key[];
    if (open.length > 0) throw new WeirError(`BatchGetItem left ${open.length} keys unprocessed.`);
  };
  try {
    await pRetry(ask, {
      retries: batchRetries,
      minTimeout: 50,
      shouldRetry: ({ error }) => error instanceof WeirError,
    });
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
  }
  return { items, unprocessed: new Set(open.map(keyText)) };
}
