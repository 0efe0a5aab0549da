import { describe, expect, it } from 'vitest';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { observedItem, observedLifeSeconds, readObserved } from '../../lib/adapters/observed-item.ts';
import { noon, observed } from '../contracts/fixtures.ts';

const service = 'main/orders';

describe('what was observed', () => {
  it('is gone a month after it was last written', () => {
    expect(observedItem(observed(service, 3))).toMatchObject({
      pk: 'SVC#main/orders',
      sk: 'SEEN',
      version: 3,
      ttl: noon + observedLifeSeconds,
    });
  });

  it('is within three kilobytes when it is full, and so three write units', () => {
    const task = (index: number) => ({
      task: `0f9de1${index + 10}`,
      revision: `order-enrichment-service:${101 + (index % 2)}`,
      atSeconds: noon - index,
    });
    const rows = Array.from({ length: 32 }, (_, index) => task(index));
    const cause = 'exit code 137: OutOfMemoryError: Container killed due to memory usage';
    const kinds = [
      'task-failed',
      'start-impaired',
      'placement-failed',
      'deployment-failed',
      'steady',
    ] as const;
    const full = {
      starts: rows.map((it) => ({ ...it, startupSeconds: 123 })),
      failures: rows.map((it) => ({ ...it, ranSeconds: 123 })),
      newest: Object.fromEntries(kinds.map((kind) => [kind, { atSeconds: noon, cause }])),
    };
    const item = observedItem({ ...observed(service, 3), observed: full });
    expect(String(item['observed']).length).toBeGreaterThan(2000);
    expect(String(item['observed']).length).toBeLessThan(2900);
    expect(readObserved(item, createMemoryTelemetry().warn)?.observed).toEqual(full);
  });

  it.each([
    ['another format', JSON.stringify({ format: 2 })],
    ['no JSON', 'Hello!'],
    ['nothing', undefined],
  ])('of %s is as if nothing had been, at its version, and that is told', (_, text) => {
    const { observed: written, ...item } = observedItem(observed(service, 3));
    const telemetry = createMemoryTelemetry();
    const read = readObserved({ ...item, ...(text && { observed: text }) }, telemetry.warn);
    expect(read).toEqual({
      service,
      version: 3,
      atSeconds: noon,
      observed: { starts: [], failures: [], newest: {} },
    });
    expect(telemetry.lines.map((it) => it.message)).toEqual([
      'What was observed cannot be read: it is as if nothing had been.',
    ]);
  });

  it('without a version is nothing: a tick goes on without it', () => {
    expect(readObserved({ pk: 'SVC#main/orders', sk: 'SEEN' }, () => {})).toBeUndefined();
  });
});
