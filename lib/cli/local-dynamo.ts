import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createTableClient } from '../adapters/table-client.ts';
import { createTableInput } from '../adapters/table-schema.ts';

// The package has no types.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;

/** A DynamoDB API on loopback that nobody here wrote, in memory, with as many tables as are asked for. */
export type LocalDynamo = {
  readonly client: DynamoDBDocumentClient;
  createTable(): Promise<string>;
  stop(): Promise<void>;
};

export async function startDynalite(): Promise<LocalDynamo> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createTableClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  let tables = 0;
  return {
    client,
    createTable: async () => {
      const tableName = `weir-${++tables}`;
      await client.send(new CreateTableCommand(createTableInput(tableName)));
      const status = async () =>
        (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table?.TableStatus;
      while ((await status()) !== 'ACTIVE') await new Promise((resolve) => setImmediate(resolve));
      return tableName;
    },
    stop: async () => {
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
