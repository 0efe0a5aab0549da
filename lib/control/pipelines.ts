import type { Registration } from '../config/registration.ts';
import type { ServiceId } from '../contract/service-id.ts';

/**
 * The services in groups that belong together, each in the order in which its members are to be evaluated: whoever feeds
 * another one comes before it. Services that feed nobody are groups of their own. In a circle one has to be the first: the
 * circle is cut before the service that it comes back to. Groups and their members come in the order of `registrations`.
 */
export function pipelinesOf(registrations: readonly Registration[]): Registration[][] {
  const byService = new Map(registrations.map((it) => [it.service, it]));
  const groupOf = new Map<ServiceId, Registration[]>();
  for (const registration of registrations) join(registration, groupOf, byService);
  return [...new Set(registrations.map((it) => groupOf.get(it.service) ?? []))].map((group) =>
    upstreamFirst(group, byService),
  );
}

/** Puts a service and those that feed it into one group. */
function join(
  registration: Registration,
  groupOf: Map<ServiceId, Registration[]>,
  byService: ReadonlyMap<ServiceId, Registration>,
): void {
  const group = groupOf.get(registration.service) ?? [registration];
  groupOf.set(registration.service, group);
  for (const service of registration.upstream ?? []) {
    const feeding = byService.get(service);
    if (feeding === undefined) continue;
    const other = groupOf.get(service) ?? [feeding];
    if (other === group) continue;
    group.push(...other);
    for (const member of other) groupOf.set(member.service, group);
  }
}

function upstreamFirst(
  group: readonly Registration[],
  byService: ReadonlyMap<ServiceId, Registration>,
): Registration[] {
  const ordered = new Set<Registration>();
  const visiting = new Set<ServiceId>();
  const visit = (registration: Registration): void => {
    if (ordered.has(registration) || visiting.has(registration.service)) return;
    visiting.add(registration.service);
    for (const service of registration.upstream ?? []) {
      const feeding = byService.get(service);
      if (feeding !== undefined) visit(feeding);
    }
    ordered.add(registration);
  };
  for (const registration of group) visit(registration);
  return [...ordered];
}
