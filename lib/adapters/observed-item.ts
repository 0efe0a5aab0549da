import * as z from 'zod';
import type { ServiceId } from '../contract/service-id.ts';
import type { StoredObserved } from '../control/ports.ts';
import type { Observed } from '../core/observed.ts';
import { decodeObserved, encodeObserved } from './observed-encoding.ts';
import { type Item, partition, partitionOf, summaryOf, version, type Warn } from './table-items.ts';
import { tableSchema } from './table-schema.ts';

/** How long tasks took to start says something of the next ones for as long; a service that is gone leaves nothing behind. */
export const observedLifeSeconds = 30 * 86_400;

export const observedKey = (service: ServiceId) => ({ pk: partitionOf(service), sk: 'SEEN' });

export function observedItem({ service, version, atSeconds, observed }: StoredObserved): Item {
  return {
    ...observedKey(service),
    version,
    atSeconds,
    observed: encodeObserved(observed),
    [tableSchema.timeToLive]: Math.ceil(atSeconds) + observedLifeSeconds,
  };
}

const observedItemSchema = z.object({
  pk: partition,
  version,
  atSeconds: z.number(),
  observed: z.unknown().optional(),
});

const nothingObserved: Observed = { starts: [], failures: [], newest: {} };

/**
 * What was observed, read back. What cannot be read is as if nothing had been, at its version, so that observe writes it
 * anew: no tick fails for it.
 */
export function readObserved(item: unknown, warn: Warn): StoredObserved | undefined {
  const parsed = observedItemSchema.safeParse(item);
  const decoded = parsed.success
    ? decodeObserved(parsed.data.observed)
    : { wrong: z.prettifyError(parsed.error) };
  if ('wrong' in decoded) {
    const { wrong } = decoded;
    warn('What was observed cannot be read: it is as if nothing had been.', { item: summaryOf(item), wrong });
  }
  if (!parsed.success) return undefined;
  const { pk: service, version: stored, atSeconds } = parsed.data;
  const observed = 'observed' in decoded ? decoded.observed : nothingObserved;
  return { service, version: stored, atSeconds, observed };
}
