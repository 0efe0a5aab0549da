import type { ServiceId } from '../../contract/service-id.ts';
import type {
  Store,
  StoredControl,
  StoredObserved,
  StoredRegistration,
  StoredState,
  Waiting,
} from '../../control/ports.ts';
import type { LearnedModel } from '../../core/learned-model.ts';
import type { Sample } from '../../core/sample.ts';

/** Samples older than this, against the newest of their service, are gone: memory stays bounded as TTL bounds it. */
const keepSeconds = 7200;
const waitingLifeSeconds = 600;

export type CommitListener = (
  ...commit: ['state', StoredState] | ['registration', StoredRegistration] | ['control', StoredControl]
) => void;

export type MemoryStore = Store & {
  /** Tells each commit that took place, in order, at once: what the table's stream tells in AWS. */
  onCommit(listener: CommitListener): void;
};

/**
 * The table in memory. Items are frozen and handed out as they are, not copied: the types are readonly throughout,
 * and a simulation reads and writes millions of them.
 */
export function createMemoryStore(): MemoryStore {
  const registrations = new Map<ServiceId, StoredRegistration>();
  const states = new Map<ServiceId, StoredState>();
  const observations = new Map<ServiceId, StoredObserved>();
  const controls = new Map<ServiceId, StoredControl>();
  const samples = new Map<ServiceId, Sample[]>();
  const models = new Map<ServiceId, LearnedModel>();
  let notes: Waiting[] = [];
  const listeners: CommitListener[] = [];
  let dispatched: number | undefined;

  const supersedes = (stored: { readonly version: number } | undefined, version: number) =>
    version === (stored?.version ?? 0) + 1;

  return {
    load: async (service) => {
      const registration = registrations.get(service);
      const state = states.get(service);
      return { ...(registration && { registration }), ...(state && { state }) };
    },

    samples: async (service, sinceSeconds) => {
      const known = samples.get(service) ?? [];
      const first = known.findIndex((sample) => sample.atSeconds >= sinceSeconds);
      return first === -1 ? [] : known.slice(first);
    },

    putSample: async (service, sample) => {
      const known = samples.get(service) ?? [];
      samples.set(service, known);
      let after = known.length;
      while (after > 0 && (known[after - 1]?.atSeconds ?? 0) > sample.atSeconds) after--;
      const replaces = known[after - 1]?.atSeconds === sample.atSeconds;
      known.splice(replaces ? after - 1 : after, replaces ? 1 : 0, Object.freeze(sample));
      const newest = known.at(-1)?.atSeconds ?? sample.atSeconds;
      while ((known[0]?.atSeconds ?? newest) < newest - keepSeconds) known.shift();
    },

    model: async (service) => models.get(service),

    putModel: async (service, model) => {
      const stored = models.get(service);
      if (stored !== undefined && stored.learnedAtSeconds > model.learnedAtSeconds) return;
      models.set(service, Object.freeze(model));
    },

    commitState: async (state) => {
      if (!supersedes(states.get(state.service), state.version)) return 'conflict';
      states.set(state.service, Object.freeze(state));
      for (const listener of listeners) listener('state', state);
      return 'committed';
    },

    control: async (service) => controls.get(service),

    commitControl: async (control) => {
      if (!supersedes(controls.get(control.service), control.version)) return 'conflict';
      controls.set(control.service, Object.freeze(control));
      for (const listener of listeners) listener('control', control);
      return 'committed';
    },

    observed: async (service) => observations.get(service),

    commitObserved: async (observed) => {
      if (!supersedes(observations.get(observed.service), observed.version)) return 'conflict';
      observations.set(observed.service, Object.freeze(observed));
      return 'committed';
    },

    commitRegistration: async (registration) => {
      if (!supersedes(registrations.get(registration.service), registration.version)) return 'conflict';
      registrations.set(registration.service, Object.freeze(registration));
      for (const listener of listeners) listener('registration', registration);
      return 'committed';
    },

    registrations: async () => [...registrations.values()].filter((it) => it.status !== 'retired'),

    putWaiting: async (note) => {
      notes = [...notes.filter((it) => it.atSeconds > note.atSeconds - waitingLifeSeconds), note];
    },

    waiting: async (sinceSeconds) => notes.filter((it) => it.atSeconds >= sinceSeconds),

    dispatchedUntil: async () => dispatched,

    setDispatchedUntil: async (slotSeconds) => {
      dispatched = Math.max(dispatched ?? slotSeconds, slotSeconds);
    },

    onCommit: (listener) => {
      listeners.push(listener);
    },
  };
}
