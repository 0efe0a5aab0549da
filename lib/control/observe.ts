import { isDeepStrictEqual } from 'node:util';
import type { ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import { type News, nothingObserved, withNews } from '../core/observed.ts';
import { readEcsEvent } from './ecs-events.ts';
import type { Clock, Store, Telemetry } from './ports.ts';

export type ObservePorts = {
  readonly clock: Clock;
  readonly store: Pick<Store, 'load' | 'observed' | 'commitObserved'>;
  readonly telemetry: Telemetry;
};

/** What observe has come to for one event. `known`: nothing that was not known. */
export type Noticed = 'noticed' | 'known' | 'unmanaged' | 'other' | 'unreadable' | { readonly failed: Error };

/** Two runs of observe may meet at a service; whoever loses reads it afresh. */
const attempts = 5;

/**
 * Keeps what events of ECS tell of the services that Weir manages; one answer for each event, in order. The events of a
 * service are kept by one write. Of a service that Weir does not manage they cost one read, of two items that are not
 * there. What cannot be read is told and dropped: nothing rests on a single event, and what ECS has changed in all of
 * them no second delivery would mend.
 */
export async function observe(events: readonly string[], ports: ObservePorts): Promise<readonly Noticed[]> {
  const { telemetry } = ports;
  const read = events.map(readEcsEvent);
  const byService = new Map<ServiceId, News[]>();
  for (const it of read) {
    if (it.kind === 'news') byService.set(it.service, [...(byService.get(it.service) ?? []), it.news]);
    if (it.kind !== 'unreadable') continue;
    telemetry.count('dropped');
    telemetry.warn('An event of ECS cannot be read and is dropped.', { wrong: it.wrong });
  }
  const kept = new Map<ServiceId, Noticed>(
    await Promise.all(
      [...byService].map(
        async ([service, news]) => [service, await keepSafely(service, news, ports)] as const,
      ),
    ),
  );
  return read.map((it) => (it.kind === 'news' ? (kept.get(it.service) ?? 'other') : it.kind));
}

async function keepSafely(service: ServiceId, news: readonly News[], ports: ObservePorts): Promise<Noticed> {
  try {
    return await keep(service, news, ports);
  } catch (error) {
    return { failed: error instanceof Error ? error : new WeirError(String(error)) };
  }
}

async function keep(
  service: ServiceId,
  news: readonly News[],
  { clock, store }: ObservePorts,
): Promise<Noticed> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { registration } = await store.load(service);
    if (registration?.status !== 'managed') return 'unmanaged';
    const stored = await store.observed(service);
    const before = stored?.observed ?? nothingObserved;
    const observed = withNews(before, news);
    if (isDeepStrictEqual(observed, before)) return 'known';
    const version = (stored?.version ?? 0) + 1;
    const written = await store.commitObserved({ service, version, atSeconds: clock.nowSeconds(), observed });
    if (written === 'committed') return 'noticed';
  }
  throw new WeirError(
    `What was observed of ${service} was written by others ${attempts} times while events were added. ` +
      'The queue delivers them again.',
  );
}
