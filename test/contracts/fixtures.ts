import { policySchema } from '../../lib/config/policy.ts';
import type { Registration } from '../../lib/config/registration.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import type { StoredObserved, StoredRegistration, StoredState } from '../../lib/control/ports.ts';
import type { LearnedModel } from '../../lib/core/learned-model.ts';
import { initialLoopState } from '../../lib/core/loop-state.ts';
import type { Sample, ServiceObservation } from '../../lib/core/sample.ts';

/** A Friday in 2026, on the minute. */
export const noon = 1_795_780_800;

export const observation: ServiceObservation = {
  desiredTasks: 4,
  runningTasks: 4,
  pendingTasks: 0,
  revision: 'orders:12',
  deploying: false,
};

export const retired = (service: string, id = `${service}/REG/1`): WeirEvent<'Service Retired'> => ({
  detailType: 'Service Retired',
  detail: { version: 1, id, service, at: '2026-11-27T12:00:00.000Z', reason: 'tag-removed' },
});

export const state = (service: string, version: number, more: Partial<StoredState> = {}): StoredState => ({
  service,
  version,
  outbox: [],
  loop: { ...initialLoopState, slotSeconds: noon + 60 * version },
  ...more,
});

export const registration = (service: string): Registration => ({
  service,
  mode: 'auto',
  policy: policySchema.parse({ maxTasks: 40 }),
  sources: [{ kind: 'kinesis', stream: 'orders', partitions: 8 }],
});

export const managed = (service: string, version: number): StoredRegistration => ({
  service,
  version,
  outbox: [],
  status: 'managed',
  registration: registration(service),
});

export const sample = (atSeconds: number, arrivals = 341.667): Sample => ({
  atSeconds,
  observation,
  series: { arrivalsPerSecond: [{ atSeconds: atSeconds - 30, value: arrivals }] },
  unread: [],
});

/** What ECS has told, with all that is optional and without. */
export const observed = (service: string, version: number, atSeconds = noon): StoredObserved => ({
  service,
  version,
  atSeconds,
  observed: {
    starts: [
      { task: '0f9de17a', revision: 'orders:11', atSeconds: noon - 600, startupSeconds: 41 },
      { task: '1a2b3c4d', revision: 'orders:12', atSeconds: noon - 300, startupSeconds: 44 },
    ],
    failures: [
      { task: '1a2b3c4d', revision: 'orders:12', atSeconds: noon - 270, ranSeconds: 30 },
      { task: '5e6f7a8b', revision: 'orders:13', atSeconds: noon - 60 },
    ],
    newest: {
      'task-failed': { atSeconds: noon - 60, cause: 'CannotPullContainerError' },
      'deployment-failed': { atSeconds: noon - 30, cause: 'tasks failed to start.', deployment: 'ecs-svc/2' },
      steady: { atSeconds: noon - 900 },
    },
  },
});

/** A model with a season, of ratios that the table keeps to the last digit. */
export const learned = (learnedAtSeconds: number): LearnedModel => ({
  format: 1,
  learnedAtSeconds,
  season: {
    cycle: 'day',
    ratios: Array.from({ length: 96 }, (_, slot) => (slot < 48 ? 0.75 : 1.25)),
    levelSeconds: 900,
    boundRatios: Array.from({ length: 24 }, () => 1.1),
    horizonSeconds: 180,
    coverage: 0.91,
    gain: 0.125,
  },
});
