import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** Keys, index and time to live of the table. The stack says the same in CDK's words; a test holds the two together. */
export const tableSchema = {
  partitionKey: 'pk',
  sortKey: 'sk',
  timeToLive: 'ttl',
  registrations: { indexName: 'registrations', partitionKey: 'registered', sortKey: 'pk' },
} as const;

/** What makes the table anywhere but in the stack: in the local run, against an emulator, in a test. */
export function createTableInput(tableName: string): CreateTableCommandInput {
  const { partitionKey, sortKey, registrations } = tableSchema;
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [partitionKey, sortKey, registrations.partitionKey].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: keys(partitionKey, sortKey),
    GlobalSecondaryIndexes: [
      {
        IndexName: registrations.indexName,
        KeySchema: keys(registrations.partitionKey, registrations.sortKey),
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  };
}
