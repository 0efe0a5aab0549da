import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryDeadLetters } from '../../lib/adapters/memory/dead-letters.ts';
import { createMemoryMetrics } from '../../lib/adapters/memory/metrics.ts';
import { createMemoryQueues } from '../../lib/adapters/memory/queues.ts';
import { createMemoryServices } from '../../lib/adapters/memory/services.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { type PolicyOverrides, policySchema } from '../../lib/config/policy.ts';
import type { RegisteredSource, Registration } from '../../lib/config/registration.ts';
import type { Decision, HoldDecision, HoldReason, ScaleDecision } from '../../lib/contract/decision.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import type { StoredState, TickPorts } from '../../lib/control/ports.ts';
import { type Core, runOnce } from '../../lib/control/run-once.ts';
import type { LoopState } from '../../lib/core/loop-state.ts';
import type { Plan } from '../../lib/core/plan.ts';
import type { ServiceObservation } from '../../lib/core/sample.ts';
import { assembleWindow, type Window } from '../../lib/core/window.ts';

/** A Friday in 2026, on the minute. */
export const noon = 1_795_780_800;
export const service = 'main/orders';

export const observation: ServiceObservation = {
  desiredTasks: 4,
  runningTasks: 4,
  pendingTasks: 0,
  revision: 'orders:12',
  deploying: false,
};

export const kinesis: RegisteredSource = { kind: 'kinesis', stream: 'orders', partitions: 8 };
export const sqs: RegisteredSource = { kind: 'sqs', queue: 'orders', queueUrl: 'https://sqs.local/1/orders' };

export const msk: RegisteredSource = {
  kind: 'msk',
  cluster: 'main',
  topic: 'orders',
  group: 'orders-app',
  partitions: 8,
};

export function registrationOf(
  more: Partial<Omit<Registration, 'policy'>> & { readonly policy?: PolicyOverrides } = {},
): Registration {
  return {
    service,
    mode: 'auto',
    sources: [kinesis],
    ...more,
    policy: policySchema.parse({ maxTasks: 40, ...more.policy }),
  };
}

const evidence = (tasks: number) => ({ desiredTasks: tasks, consumingTasks: tasks });

export function scale(from: number, to: number): ScaleDecision {
  return {
    kind: 'scale',
    direction: to > from ? 'out' : 'in',
    from,
    to,
    reason: to > from ? 'demand-exceeds-capacity' : 'capacity-exceeds-demand',
    confidence: 0.9,
    evidence: evidence(from),
    impact: { taskHoursPerDay: 24 * (to - from), costShare: (to - from) / Math.max(1, from) },
  };
}

export function hold(reason: HoldReason = 'on-target', tasks = 4): HoldDecision {
  return { kind: 'hold', reason, confidence: 0.9, evidence: evidence(tasks) };
}

/** What a fake core decides on, and with. */
export type Look = { readonly window: Window; readonly loop: LoopState };

/** A core whose decisions the test makes; the rest of its plan is as the real one would leave it. */
export function coreThat(
  think: (look: Look) => Decision | (Partial<Plan> & { readonly decision: Decision }),
): Core {
  return {
    assembleWindow,
    analyze: (window) => window as never,
    decide: (analysis, loop) => {
      const window = analysis as unknown as Window;
      const thought = think({ window, loop });
      const { next, ...plan } = 'kind' in thought ? { decision: thought, next: undefined } : thought;
      const { heldFor, ...rest } = loop;
      const { decision } = plan;
      return {
        tellDecision: decision.kind === 'scale' || decision.reason !== heldFor,
        detected: [],
        cleared: [],
        advice: [],
        ...plan,
        next: {
          ...rest,
          desiredTasks: window.observation.desiredTasks,
          ...(decision.kind === 'hold' && { heldFor: decision.reason }),
          ...next,
        },
      };
    },
  };
}

/** One service with everything around it in memory. */
export function createWorld(registration: Registration = registrationOf()) {
  const clock = createManualClock(noon);
  const store = createMemoryStore();
  const services = createMemoryServices();
  const metrics = createMemoryMetrics(clock);
  const queues = createMemoryQueues();
  const telemetry = createMemoryTelemetry();
  const deadLetters = createMemoryDeadLetters();
  const commits: StoredState[] = [];
  store.onCommit((...commit) => {
    if (commit[0] === 'state') commits.push(commit[1]);
  });
  services.put(registration.service, { observation });
  const ports: TickPorts = { clock, store, services, metrics, queues, telemetry };
  return {
    clock,
    store,
    services,
    metrics,
    queues,
    telemetry,
    deadLetters,
    ports,
    /** Every state that was written, oldest first. */
    commits,
    /** Every event that was told, in order. */
    told: (): readonly WeirEvent[] => commits.flatMap((it) => it.outbox),
    register: async (content: Registration = registration, version = 1) => {
      await store.commitRegistration({
        service: content.service,
        version,
        outbox: [],
        status: 'managed',
        registration: content,
      });
    },
    desiredTasks: () => {
      const description = services.get(registration.service);
      return description.kind === 'described' ? description.observation.desiredTasks : undefined;
    },
    /** Runs the tick of the minute that the clock is in. */
    tick: (core: Core, slotSeconds = Math.floor(clock.nowSeconds() / 60) * 60) =>
      runOnce({ service: registration.service, slotSeconds }, ports, core),
  };
}

export type World = ReturnType<typeof createWorld>;

/** A world whose service is registered. */
export async function managedWorld(...content: Parameters<typeof registrationOf>) {
  const world = createWorld(registrationOf(...content));
  await world.register();
  return world;
}

/** Publishes the minute that ended at `endSeconds` of a metric, visible at once. */
export function publishMinute(
  world: World,
  namespace: string,
  metricName: string,
  dimensions: Readonly<Record<string, string>>,
  endSeconds: number,
  values: Readonly<Partial<Record<'Average' | 'Sum' | 'Maximum' | 'Minimum', number>>>,
): void {
  world.metrics.publish(
    { namespace, metricName, dimensions },
    { endSeconds, periodSeconds: 60, values, visibleAtSeconds: endSeconds },
  );
}
