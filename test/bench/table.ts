import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

export type StoredItem = Readonly<Record<string, string | number>>;
type Key = { readonly pk: string; readonly sk: string };

/**
 * Bytes of an item as DynamoDB counts them: names and strings in UTF-8, a number as half a byte a digit and one more.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 * E.g. { pk: 'SVC#a', n: 120 } is 2 + 5 + 1 + 3 = 11.
 */
export function itemBytes(item: StoredItem): number {
  return Object.entries(item).reduce((sum, [name, value]) => {
    const digits = String(value).replace(/^-?0*\.?|\D/g, '').length;
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : Math.ceil(digits / 2) + 1;
    return sum + Buffer.byteLength(name) + bytes;
  }, 0);
}

/** E.g. 1,025 bytes take 2. */
export const writeUnits = (bytes: number) => Math.max(1, Math.ceil(bytes / 1024));
/** Strongly consistent; the half otherwise. E.g. 4,097 bytes take 2, or 1. */
export const readUnits = (bytes: number, consistent: boolean) =>
  Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);

const pageBytes = 1024 * 1024;
const indexAttribute = 'registered';

/** A table that knows the requests of adapters/dynamodb.ts and counts the units that they take. */
export type CountingTable = {
  /** What it says to each command. */
  readonly answers: Readonly<Record<string, (input: never) => unknown>>;
  /** Every item with this partition key. */
  itemsOf(pk: string): readonly StoredItem[];
  put(item: StoredItem): void;
};

export function createCountingTable(tell: {
  readonly read: (units: number) => void;
  readonly write: (units: number) => void;
  /** Of an item that was written, as the table's stream has it. */
  readonly written: (item: StoredItem) => void;
}): CountingTable {
  const partitions = new Map<string, Map<string, StoredItem>>();
  const get = ({ pk, sk }: Key) => partitions.get(pk)?.get(sk);
  const put = (item: StoredItem) => {
    const { pk, sk } = item as Key;
    const partition = partitions.get(pk) ?? new Map<string, StoredItem>();
    partitions.set(pk, partition);
    partition.set(sk, item);
  };
  const all = () => [...partitions.values()].flatMap((it) => [...it.values()]);

  const getOne = (key: Key, consistent = true): StoredItem | undefined => {
    const item = get(key);
    tell.read(readUnits(item ? itemBytes(item) : 0, consistent));
    return item;
  };

  const putItem = (input: PutInput) => {
    const before = get(input.Item as Key);
    const bytes = Math.max(itemBytes(input.Item), before ? itemBytes(before) : 0);
    // The index holds whole items, and is written with them.
    tell.write(writeUnits(bytes) * (indexAttribute in input.Item ? 2 : 1));
    if (!holds(input, before)) {
      const message = 'The conditional request failed';
      throw new ConditionalCheckFailedException({
        message,
        $metadata: {},
        ...(before && { Item: before as never }),
      });
    }
    put(input.Item);
    tell.written(input.Item);
    return {};
  };

  const query = (input: QueryInput) => {
    const { ':pk': pk, ':from': from = '', ':to': to = '~' } = input.ExpressionAttributeValues;
    const found =
      input.IndexName === undefined
        ? [...(partitions.get(pk ?? '')?.values() ?? [])].filter(({ sk }) => isBetween(sk, from, to))
        : all().filter((item) => indexAttribute in item);
    // Every key of a partition, and every partition of the index, sorts by what is left of the key.
    found.sort((a, b) => compare(`${a['pk']} ${a['sk']}`, `${b['pk']} ${b['sk']}`));
    return page(input, found);
  };

  const page = (input: QueryInput, found: readonly StoredItem[]) => {
    const first = Number(input.ExclusiveStartKey?.['next'] ?? 0);
    const items: StoredItem[] = [];
    let bytes = 0;
    for (const item of found.slice(first)) {
      bytes += itemBytes(item);
      items.push(item);
      if (bytes >= pageBytes) break;
    }
    tell.read(readUnits(bytes, false));
    const next = first + items.length;
    return { Items: items, ...(next < found.length && { LastEvaluatedKey: { next } }) };
  };

  return {
    answers: {
      PutItemCommand: putItem,
      QueryCommand: query,
      GetItemCommand: ({ Key }: { Key: Key }) => {
        const item = getOne(Key);
        return item ? { Item: item } : {};
      },
      BatchGetItemCommand: ({ RequestItems }: { RequestItems: BatchGetItems }) => ({
        Responses: Object.fromEntries(
          Object.entries(RequestItems).map(([name, { Keys, ConsistentRead }]) => [
            name,
            Keys.map((key) => getOne(key, ConsistentRead)).filter((item) => item !== undefined),
          ]),
        ),
        UnprocessedKeys: {},
      }),
    },
    itemsOf: (pk) => [...(partitions.get(pk)?.values() ?? [])],
    put,
  };
}

type BatchGetItems = Readonly<
  Record<string, { readonly Keys: readonly Key[]; readonly ConsistentRead: boolean }>
>;
type PutInput = {
  readonly Item: StoredItem;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: StoredItem;
};
type QueryInput = {
  readonly IndexName?: string;
  readonly ExpressionAttributeValues: Readonly<Record<string, string>>;
  readonly ExclusiveStartKey?: StoredItem;
};

/** The conditions that the adapter writes, by their text. */
function holds(
  { ConditionExpression: text, ExpressionAttributeValues: values }: PutInput,
  before?: StoredItem,
) {
  switch (text) {
    case undefined:
      return true;
    case 'attribute_not_exists(#version)':
      return before?.['version'] === undefined;
    case '#version = :previous':
      return before?.['version'] === values?.[':previous'];
    case 'attribute_not_exists(pk) OR attribute_exists(#sample)':
      return before === undefined || before['sample'] !== undefined;
    case 'attribute_not_exists(pk) OR #learned <= :learned':
      return before === undefined || Number(before['learnedAtSeconds']) <= Number(values?.[':learned']);
    case 'attribute_not_exists(pk) OR #slot < :slot':
      return before === undefined || Number(before['slotSeconds']) < Number(values?.[':slot'] ?? Number.NaN);
    default:
      throw new Error(`the bench's table does not know the condition ${text}`);
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const isBetween = (it: string | number | undefined, from: string, to: string) =>
  typeof it === 'string' && it >= from && it <= to;
