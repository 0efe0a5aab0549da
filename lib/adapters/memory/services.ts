import type { ServiceId } from '../../contract/service-id.ts';
import { managedTag } from '../../contract/tags.ts';
import type { ServiceDescription, Services, TaggedServices, UpdateOutcome } from '../../control/ports.ts';
import type { ServiceObservation } from '../../core/sample.ts';

type Described = Extract<ServiceDescription, { kind: 'described' }>;
type Gone = Extract<ServiceDescription, { kind: 'gone' }>;

/** One call of UpdateService and what came of it. */
export type UpdateRecord = {
  readonly service: ServiceId;
  readonly desiredTasks: number;
  readonly timeoutSeconds: number;
  readonly outcome: UpdateOutcome;
};

export type MemoryServices = Services &
  TaggedServices & {
    put(
      service: ServiceId,
      state: {
        readonly observation: ServiceObservation;
        readonly scheduling?: Described['scheduling'];
        readonly tags?: Described['tags'];
      },
    ): void;
    /** Changes what ECS shows of a service, e.g. a task that has started or a count that a person set. */
    update(service: ServiceId, observation: Partial<ServiceObservation>): void;
    /** So many tasks protect themselves from now on: 0, unless given; or ECS does not tell. */
    protect(service: ServiceId, protectedTasks: number | 'unknown'): void;
    remove(service: ServiceId, cause: Gone['cause']): void;
    /** What a description with tags would say. */
    get(service: ServiceId): ServiceDescription;
    /** Every call of UpdateService, oldest first. */
    readonly updates: readonly UpdateRecord[];
    /**
     * The next update has this outcome. A refusal changes nothing; an unknown outcome changes the count only where
     * `applied` says so: the answer was lost, not the request.
     */
    failNextUpdate(
      outcome: Exclude<UpdateOutcome, { kind: 'accepted' }>,
      options?: { readonly applied?: boolean },
    ): void;
  };

/** ECS and its tags in memory. It starts and stops no tasks: a simulated world does, through `update`. */
export function createMemoryServices(): MemoryServices {
  const services = new Map<ServiceId, ServiceDescription>();
  const protections = new Map<ServiceId, number | 'unknown'>();
  const updates: UpdateRecord[] = [];
  const failures: { readonly outcome: UpdateOutcome; readonly applied: boolean }[] = [];

  const get = (service: ServiceId): ServiceDescription =>
    services.get(service) ?? { kind: 'gone', cause: 'service-missing' };

  const observe = (service: ServiceId, change: Partial<ServiceObservation>) => {
    const known = get(service);
    if (known.kind === 'gone') throw new TypeError(`no service ${service} to change: put it first`);
    services.set(service, { ...known, observation: { ...known.observation, ...change } });
  };

  const refuse = (cause: 'rejected' | 'service-gone', message: string): UpdateOutcome => ({
    kind: 'refused',
    cause,
    message,
  });

  const updateDesiredTasks = (service: ServiceId, desiredTasks: number): UpdateOutcome => {
    const known = get(service);
    const failure = failures.shift();
    if (failure !== undefined) {
      if (failure.applied && known.kind === 'described') observe(service, { desiredTasks });
      return failure.outcome;
    }
    if (known.kind === 'gone') return refuse('service-gone', 'ServiceNotFoundException: Service not found.');
    if (known.scheduling === 'DAEMON') {
      return refuse(
        'rejected',
        'InvalidParameterException: The daemon scheduling strategy does not support a desired count for services. ' +
          'Remove the desired count and try again.',
      );
    }
    if (!Number.isInteger(desiredTasks) || desiredTasks < 0) {
      return refuse(
        'rejected',
        `InvalidParameterException: desiredCount ${desiredTasks} is no whole number from 0.`,
      );
    }
    observe(service, { desiredTasks });
    return { kind: 'accepted' };
  };

  return {
    describe: async (service, options) => {
      const known = get(service);
      return known.kind === 'gone' || options?.tags === true ? known : { ...known, tags: {} };
    },
    protection: async (service) => {
      const protectedTasks = protections.get(service) ?? 0;
      return protectedTasks === 'unknown'
        ? { kind: 'failed', cause: 'throttled', message: 'ThrottlingException: Rate exceeded' }
        : { kind: 'read', protectedTasks };
    },
    updateDesiredTasks: async (service, desiredTasks, timeoutSeconds) => {
      const outcome = updateDesiredTasks(service, desiredTasks);
      updates.push({ service, desiredTasks, timeoutSeconds, outcome });
      return outcome;
    },
    list: async () =>
      [...services].flatMap(([service, it]) =>
        it.kind === 'described' && managedTag in it.tags ? [service] : [],
      ),

    put: (service, { observation, scheduling = 'REPLICA', tags = {} }) => {
      services.set(service, { kind: 'described', observation, scheduling, tags });
    },
    update: observe,
    protect: (service, protectedTasks) => {
      protections.set(service, protectedTasks);
    },
    remove: (service, cause) => {
      services.set(service, { kind: 'gone', cause });
    },
    get,
    updates,
    failNextUpdate: (outcome, options) => {
      failures.push({ outcome, applied: options?.applied ?? false });
    },
  };
}
