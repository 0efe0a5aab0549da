import { isDeepStrictEqual } from 'node:util';
import type { Fleet } from '../config/fleet.ts';
import type { Problem } from '../config/policy-rules.ts';
import {
  completeSources,
  type OwnershipConflict,
  type RegisteredSource,
  type Registration,
} from '../config/registration.ts';
import { type Resolution, resolve } from '../config/resolve.ts';
import { formatSource, type Source } from '../config/source.ts';
import type { EventDetail } from '../contract/events.ts';
import type { ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import { partitionsOf } from '../core/streams.ts';
import type {
  Clock,
  ScalableTargets,
  ServiceDescription,
  Services,
  Sources,
  Store,
  StoredRegistration,
  TaggedServices,
  Telemetry,
} from './ports.ts';
import { type EventDraft, registrationEventId, toOutbox } from './render-events.ts';

export type DiscoverPorts = {
  readonly clock: Clock;
  readonly store: Store;
  readonly services: Services;
  readonly tagged: TaggedServices;
  readonly sources: Sources;
  readonly targets: ScalableTargets;
  readonly fleet: Fleet;
  readonly telemetry: Telemetry;
};

/** What discover has come to for one service. */
export type Discovered = {
  readonly service: ServiceId;
  readonly outcome: 'registered' | 'rejected' | 'retired' | 'unchanged' | 'unmanaged' | 'failed';
};

/** DescribeServices takes ten services a call; more at once would only press on the limits of the sources' APIs. */
const servicesAtOnce = 10;

/** Two runs of discover may meet at a service; whoever loses looks at it afresh. */
const attempts = 3;

/**
 * Looks at every tagged and every registered service, or at `only` these, and writes what has changed: registered,
 * rejected with every problem, or retired; each with its event in the same write. The tag list says where to look, the
 * description of ECS what is so. A service that fails is logged and left as it was.
 * @throws when the tag list or the registrations cannot be read at all.
 */
export async function discover(
  ports: DiscoverPorts,
  only?: readonly ServiceId[],
): Promise<readonly Discovered[]> {
  const services = only ?? (await knownServices(ports));
  const queue = [...new Set(services)].sort();
  const discovered: Discovered[] = [];
  while (queue.length > 0) {
    const batch = queue.splice(0, servicesAtOnce);
    discovered.push(...(await Promise.all(batch.map((service) => discoverSafely(service, ports)))));
  }
  ports.telemetry.info('Discovered', tally(discovered));
  return discovered;
}

async function knownServices({ tagged, store }: DiscoverPorts): Promise<readonly ServiceId[]> {
  const [listed, registered] = await Promise.all([tagged.list(), store.registrations()]);
  return [...listed, ...registered.map((it) => it.service)];
}

async function discoverSafely(service: ServiceId, ports: DiscoverPorts): Promise<Discovered> {
  try {
    return { service, outcome: await discoverOne(service, ports) };
  } catch (error) {
    ports.telemetry.error('A service could not be looked at and stays as it was registered.', error, {
      service,
    });
    ports.telemetry.count('failures');
    return { service, outcome: 'failed' };
  }
}

async function discoverOne(service: ServiceId, ports: DiscoverPorts): Promise<Discovered['outcome']> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const [{ registration: stored }, description] = await Promise.all([
      ports.store.load(service),
      ports.services.describe(service, { tags: true }),
    ]);
    const found = await judge(service, description, stored, ports);
    if (found.status === 'retired' && (stored === undefined || stored.status === 'retired'))
      return 'unmanaged';
    if (stored !== undefined && isSame(found, stored)) return 'unchanged';
    const version = (stored?.version ?? 0) + 1;
    const outbox = toOutbox(render(found, stored), service, ports.clock.nowSeconds(), (index) =>
      registrationEventId(service, version, index),
    );
    const written = await ports.store.commitRegistration({ service, version, outbox, ...contentOf(found) });
    if (written === 'committed') return found.status === 'managed' ? 'registered' : found.status;
  }
  throw new WeirError(
    `The registration of ${service} was written by others ${attempts} times while it was being looked at. ` +
      'The next run of discover looks again.',
  );
}

/** What a service is to be registered as. */
type Found =
  | { readonly status: 'managed'; readonly registration: Registration }
  | { readonly status: 'rejected'; readonly problems: readonly Problem[] }
  | { readonly status: 'retired'; readonly reason: EventDetail<'Service Retired'>['reason'] };

async function judge(
  service: ServiceId,
  description: ServiceDescription,
  stored: StoredRegistration | undefined,
  ports: DiscoverPorts,
): Promise<Found> {
  if (description.kind === 'gone') return { status: 'retired', reason: 'service-deleted' };
  const resolution = resolve(description.tags, ports.fleet);
  if (resolution.kind === 'unmanaged') return { status: 'retired', reason: resolution.reason };
  const problems = [
    ...(description.scheduling === 'DAEMON' ? [daemonProblem] : []),
    ...(resolution.kind === 'rejected' ? resolution.problems : []),
  ];
  if (resolution.kind === 'rejected' || problems.length > 0) return { status: 'rejected', problems };
  return register(service, resolution, stored, ports);
}

const daemonProblem: Problem = {
  subject: 'scheduling strategy',
  received: 'DAEMON',
  expected:
    'REPLICA: ECS runs one task of a DAEMON service on each instance, and takes no desired count for it',
};

async function register(
  service: ServiceId,
  { mode, policy, sources, upstream }: Extract<Resolution, { kind: 'managed' }>,
  stored: StoredRegistration | undefined,
  ports: DiscoverPorts,
): Promise<Found> {
  const [conflict, ...looked] = await Promise.all([
    mode === 'recommend' ? undefined : conflictOf(service, mode, stored, ports),
    ...sources.map((source) => lookUp(service, source, stored, ports)),
  ]);
  const problems = looked.flatMap((it) => ('problem' in it ? [it.problem] : []));
  if (problems.length > 0) return { status: 'rejected', problems };
  const found = completeSources(
    looked.flatMap((it) => ('source' in it ? [it.source] : [])),
    policy,
  );
  return {
    status: 'managed',
    registration: {
      service,
      mode: conflict === undefined ? mode : 'recommend',
      policy,
      sources: found,
      ...(conflict && { conflict }),
      ...(upstream && { upstream }),
    },
  };
}

/**
 * Looks a source up. Where that breaks (throttled, no answer), what was known of the same source still holds, so that a
 * changed limit takes effect all the same; a source of which nothing is known fails its service until the next run.
 */
async function lookUp(
  service: ServiceId,
  source: Source,
  stored: StoredRegistration | undefined,
  { sources, telemetry }: DiscoverPorts,
): ReturnType<Sources['resolve']> {
  try {
    return await sources.resolve(source);
  } catch (error) {
    const name = formatSource(source);
    const earlier = earlierSources(stored).find((it) => formatSource(it) === name);
    if (earlier === undefined) throw error;
    telemetry.warn('A source could not be looked up: what was known of it is kept.', {
      service,
      source: name,
      error: String(error),
    });
    return { source: earlier };
  }
}

/**
 * Whether Application Auto Scaling scales the service too: two hands on one count undo each other. Where that cannot be
 * read, what was known of it still holds.
 */
async function conflictOf(
  service: ServiceId,
  mode: OwnershipConflict['mode'],
  stored: StoredRegistration | undefined,
  { targets, telemetry }: DiscoverPorts,
): Promise<OwnershipConflict | undefined> {
  try {
    const active = await targets.activities(service);
    return active.length === 0 ? undefined : { mode, active };
  } catch (error) {
    if (stored?.status !== 'managed') throw error;
    telemetry.warn('Application Auto Scaling could not be asked: what was known of it is kept.', {
      service,
      error: String(error),
    });
    const { conflict } = stored.registration;
    return conflict && { ...conflict, mode };
  }
}

function earlierSources(stored: StoredRegistration | undefined): readonly RegisteredSource[] {
  return stored?.status === 'managed' ? stored.registration.sources : [];
}

function isSame(found: Found, stored: StoredRegistration): boolean {
  if (found.status === 'managed' && stored.status === 'managed') {
    return isDeepStrictEqual(found.registration, stored.registration);
  }
  if (found.status === 'rejected' && stored.status === 'rejected') {
    return isDeepStrictEqual(found.problems, stored.problems);
  }
  return false;
}

function contentOf(found: Found) {
  return found.status === 'retired' ? ({ status: 'retired' } as const) : found;
}

function render(found: Found, stored: StoredRegistration | undefined): EventDraft[] {
  switch (found.status) {
    case 'managed': {
      const { mode, policy, sources, conflict } = found.registration;
      const partitions = partitionsOf(sources);
      const registered: EventDraft = {
        detailType: 'Service Registered',
        detail: {
          mode,
          sources: sources.map(formatSource),
          ...(partitions !== undefined && { partitions }),
          policy: { ...policy },
        },
      };
      const known = stored?.status === 'managed' ? stored.registration.conflict : undefined;
      if (conflict === undefined || isDeepStrictEqual(conflict, known)) return [registered];
      const { mode: tagged, active } = conflict;
      const detail = { owner: 'application-auto-scaling' as const, mode: tagged, active: [...active] };
      return [registered, { detailType: 'Ownership Conflict', detail }];
    }
    case 'rejected':
      return [{ detailType: 'Service Rejected', detail: { problems: [...found.problems] } }];
    case 'retired':
      return [{ detailType: 'Service Retired', detail: { reason: found.reason } }];
  }
}

function tally(discovered: readonly Discovered[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of discovered) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
