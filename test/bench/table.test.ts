import { describe, expect, it } from 'vitest';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { noon } from '../contracts/fixtures.ts';
import { storeContract } from '../contracts/store.ts';
import { createTableClientOver } from './aws.ts';
import { createCountingTable, itemBytes, readUnits, writeUnits } from './table.ts';

const deaf = { read: () => {}, write: () => {}, written: () => {} };

storeContract('over the table of the bench', async () =>
  createStore({
    client: createTableClientOver(createCountingTable(deaf)),
    tableName: 'weir',
    clock: createManualClock(noon),
    telemetry: createMemoryTelemetry(),
  }),
);

describe('what DynamoDB counts', () => {
  it.each([
    ['as in the docstring', { pk: 'SVC#a', n: 120 }, 11],
    ['UTF-8', { a: 'ö' }, 3],
    ['a fraction', { a: -0.05 }, 3],
    ['nought', { a: 0 }, 2],
    ['nothing', {}, 0],
  ])('bytes: %s', (_, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });

  it.each([
    [0, 1],
    [1024, 1],
    [1025, 2],
  ])('%d bytes are %d write units', (bytes, units) => {
    expect(writeUnits(bytes)).toBe(units);
  });

  it.each([
    [0, true, 1],
    [4096, true, 1],
    [4097, true, 2],
    [4097, false, 1],
    [100, false, 0.5],
  ])('%d bytes, consistently %s, are %d read units', (bytes, consistent, units) => {
    expect(readUnits(bytes, consistent)).toBe(units);
  });
});
