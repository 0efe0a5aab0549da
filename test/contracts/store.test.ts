import { afterAll, beforeAll } from 'vitest';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { type LocalDynamo, startDynalite } from '../../lib/cli/local-dynamo.ts';
import { noon } from './fixtures.ts';
import { storeContract } from './store.ts';

storeContract('in memory', async () => createMemoryStore());

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.stop());

storeContract('DynamoDB, on dynalite', async () =>
  createStore({
    client: dynamo.client,
    tableName: await dynamo.createTable(),
    clock: createManualClock(noon),
    telemetry: createMemoryTelemetry(),
  }),
);
