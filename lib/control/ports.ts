import type { Statistic } from '../config/metric-sets.ts';
import type { Problem } from '../config/policy-rules.ts';
import type { RegisteredSource, Registration, ScalingActivity } from '../config/registration.ts';
import type { Source } from '../config/source.ts';
import type { WeirEvent } from '../contract/events.ts';
import type { Point } from '../contract/measurement.ts';
import type { TickMessage } from '../contract/messages.ts';
import type { ServiceId } from '../contract/service-id.ts';
import type { LearnedModel } from '../core/learned-model.ts';
import type { Control, LoopState } from '../core/loop-state.ts';
import type { Need } from '../core/need.ts';
import type { Observed } from '../core/observed.ts';
import type { Sample, ServiceObservation } from '../core/sample.ts';

/**
 * The doors between Weir's thinking and the world. Each has an adapter for AWS and a twin in memory, and one
 * contract suite runs over both. Expected outcomes are values; a rejected promise means that the call itself broke,
 * and the caller's next tick is the retry.
 */

export interface Clock {
  /** Epoch seconds, with fractions. */
  nowSeconds(): number;
}

// ECS

/** A service as ECS describes it, tags included, or why there is nothing to describe. */
export type ServiceDescription =
  | {
      readonly kind: 'described';
      readonly observation: ServiceObservation;
      readonly scheduling: 'REPLICA' | 'DAEMON';
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'gone'; readonly cause: 'service-missing' | 'service-inactive' | 'cluster-missing' };

export type UpdateOutcome =
  | { readonly kind: 'accepted' }
  /** ECS has refused for certain: the count is unchanged. */
  | {
      readonly kind: 'refused';
      readonly cause: 'rejected' | 'throttled' | 'service-gone';
      readonly message: string;
    }
  /** Timed out or cut off: it may have happened. The next tick looks. */
  | { readonly kind: 'unknown'; readonly message: string };

export type TaskProtection =
  | { readonly kind: 'read'; readonly protectedTasks: number }
  | {
      readonly kind: 'failed';
      readonly cause: 'throttled' | 'forbidden' | 'error';
      readonly message: string;
    };

export interface Services {
  /** Concurrent calls share requests (ten services of one cluster each). `tags` only when asked for. */
  describe(service: ServiceId, options?: { readonly tags?: boolean }): Promise<ServiceDescription>;
  /** How many of its running tasks protect themselves from a scale-in. Never rejects. */
  protection(service: ServiceId): Promise<TaskProtection>;
  /** Sends UpdateService once, without retries, and gives up after `timeoutSeconds`. Never rejects. */
  updateDesiredTasks(
    service: ServiceId,
    desiredTasks: number,
    timeoutSeconds: number,
  ): Promise<UpdateOutcome>;
}

/** The Resource Groups Tagging API: fast, and a little behind. */
export interface TaggedServices {
  /** Every service in the Region that carries the management tag, whatever its value. */
  list(): Promise<readonly ServiceId[]>;
}

/** Application Auto Scaling, which may scale the same services. */
export interface ScalableTargets {
  /**
   * What it does with the service's count: nothing where the service is no target of it, or all is suspended. Concurrent
   * calls share requests. @throws when that cannot be read.
   */
  activities(service: ServiceId): Promise<readonly ScalingActivity[]>;
}

// Metrics and sources

export type MetricQuery = {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** A further dimension, over all values of which the metric is summed; what they are need not be known. */
  readonly summedOver?: string;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  /** Points of periods that ended after this are asked for. */
  readonly sinceSeconds: number;
};

/**
 * A sum is read of periods that ended so long ago: before, one of its metrics may not have come yet, and nothing in the
 * sum would tell.
 */
export const summedAfterSeconds = 90;

export type MetricReading =
  /** Points of complete periods, oldest first, `atSeconds` the end of the period, finite values only. */
  | { readonly kind: 'read'; readonly points: readonly Point[]; readonly partial: boolean }
  | {
      readonly kind: 'failed';
      readonly cause: 'throttled' | 'forbidden' | 'error';
      readonly message: string;
    };

export interface Metrics {
  /** Concurrent calls share GetMetricData requests, up to 500 queries each. Never rejects. */
  read(query: MetricQuery): Promise<MetricReading>;
}

export type QueueDepth =
  | { readonly kind: 'read'; readonly visible: number; readonly inFlight: number; readonly delayed: number }
  | {
      readonly kind: 'failed';
      readonly cause: 'throttled' | 'forbidden' | 'error';
      readonly message: string;
    };

export interface Queues {
  /** Never rejects. */
  depth(queueUrl: string): Promise<QueueDepth>;
}

export interface Sources {
  /** Looks a source up as its tag names it: how many partitions, which URL; or what is wrong with it. */
  resolve(source: Source): Promise<{ readonly source: RegisteredSource } | { readonly problem: Problem }>;
}

// The table

/** What discover knows of a service. `version` counts its writes. */
export type StoredRegistration = {
  readonly service: ServiceId;
  readonly version: number;
  readonly outbox: readonly WeirEvent[];
} & (
  | { readonly status: 'managed'; readonly registration: Registration }
  | { readonly status: 'rejected'; readonly problems: readonly Problem[] }
  | { readonly status: 'retired' }
);

/** A decision whose UpdateService may or may not have been sent. */
export type InFlight = {
  readonly decisionId: string;
  readonly from: number;
  readonly to: number;
  readonly atSeconds: number;
};

/**
 * Loop state, lease, decision in flight and outbox: one item, written by one conditional put, so that what happened
 * and what is told cannot part. Each write's outbox holds that write's own events.
 */
export type StoredState = {
  readonly service: ServiceId;
  readonly version: number;
  readonly leaseUntilSeconds?: number;
  readonly inFlight?: InFlight;
  readonly outbox: readonly WeirEvent[];
  readonly loop: LoopState;
};

/** Changes that one message had to leave to later ticks, since ECS takes no more calls. */
export type Waiting = {
  /** What tells it from others of the same moment. */
  readonly message: string;
  readonly atSeconds: number;
  /** How many, by need (core/need.ts), the most urgent first. */
  readonly waiting: readonly number[];
};

/** What ECS's events have told of a service. `version` counts the writes of observe, which alone writes it. */
export type StoredControl = {
  readonly service: ServiceId;
  readonly version: number;
  readonly control: Control;
  readonly outbox: readonly WeirEvent[];
};

export type StoredObserved = {
  readonly service: ServiceId;
  readonly version: number;
  readonly atSeconds: number;
  readonly observed: Observed;
};

export type Committed = 'committed' | 'conflict';

export interface Store {
  /** Strongly consistent. Concurrent calls share requests. */
  load(
    service: ServiceId,
  ): Promise<{ readonly registration?: StoredRegistration; readonly state?: StoredState }>;
  /** Samples with `atSeconds` of at least `sinceSeconds`, oldest first. */
  samples(service: ServiceId, sinceSeconds: number): Promise<readonly Sample[]>;
  /** The same sample may be written again: it replaces itself. */
  putSample(service: ServiceId, sample: Sample): Promise<void>;
  /** What was learned of a service, if anything was, and can be read. Eventually consistent. Concurrent calls share requests. */
  model(service: ServiceId): Promise<LearnedModel | undefined>;
  /** Replaces what was learned before; a model that was learned later stays. */
  putModel(service: ServiceId, model: LearnedModel): Promise<void>;
  /** Written only if the stored version is `state.version − 1` (for version 1: if there is none). */
  commitState(state: StoredState): Promise<Committed>;
  /** What ECS's events have told of a service. Eventually consistent. Concurrent calls, and those of `model`, share requests. */
  observed(service: ServiceId): Promise<StoredObserved | undefined>;
  /** What people have told Weir to do with a service. Eventually consistent. @throws when it cannot be read. */
  control(service: ServiceId): Promise<StoredControl | undefined>;
  /** Written only if the stored version is `control.version − 1` (for version 1: if there is none). */
  commitControl(control: StoredControl): Promise<Committed>;
  /** Written only if the stored version is `observed.version − 1` (for version 1: if there is none). */
  commitObserved(observed: StoredObserved): Promise<Committed>;
  /** Written only if the stored version is `registration.version − 1` (for version 1: if there is none). */
  commitRegistration(registration: StoredRegistration): Promise<Committed>;
  /** Every registration that is managed or rejected. Eventually consistent. */
  registrations(): Promise<readonly StoredRegistration[]>;
  /** Notes which changes had to wait; kept for a few minutes. */
  putWaiting(note: Waiting): Promise<void>;
  /** Notes with `atSeconds` of at least `sinceSeconds`. Eventually consistent. */
  waiting(sinceSeconds: number): Promise<readonly Waiting[]>;
  /** The newest slot up to which dispatch has sent ticks; absent before the first. */
  dispatchedUntil(): Promise<number | undefined>;
  /** Moves it forward; a smaller value than the stored one changes nothing. */
  setDispatchedUntil(slotSeconds: number): Promise<void>;
}

// Messages and events

export interface TickQueue {
  /** @throws when a message could not be sent after the client's retries: dispatch's next run sends it again. */
  send(messages: readonly { readonly message: TickMessage; readonly delaySeconds: number }[]): Promise<void>;
}

export type PutResult =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'failed'; readonly retryable: boolean; readonly code: string; readonly message: string };

export interface EventBus {
  /** Any number of events, in as few calls as AWS admits; one result for each, in order. Never rejects. */
  put(events: readonly WeirEvent[]): Promise<readonly PutResult[]>;
}

export interface DeadLetters {
  /** Keeps what could not be used, whole, with its cause. */
  put(letter: { readonly body: string; readonly cause: string; readonly from: string }): Promise<void>;
}

// What Weir says of itself

export const stages = ['collect', 'window', 'analyze', 'decide', 'act', 'publish'] as const;
export type Stage = (typeof stages)[number];

/** Metrics of Weir itself, fleet-wide: one metric per service would cost more than the service. */
export const counters = [
  'ticks',
  'holds',
  'scaleOuts',
  'scaleIns',
  'failures',
  'dropped',
  'deadLetters',
] as const;
export type Counter = (typeof counters)[number];

export interface Telemetry {
  stage(stage: Stage, milliseconds: number): void;
  count(counter: Counter, by?: number): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, cause: unknown, details?: Readonly<Record<string, unknown>>): void;
}

/** Where the changes of several services meet before they are sent (control/admission.ts). */
export interface Admission {
  /**
   * Whether a change with this need may be sent now; answered in its turn. `share`, 0 to 1, is the change's own, and
   * decides where not all of a need are admitted.
   */
  admit(need: Need, share: number): Promise<boolean>;
  /** How a change that was admitted has ended, whatever happened. */
  settle(need: Need, outcome: 'throttled' | 'done'): void;
}

/** What one tick of one service needs. */
export type TickPorts = {
  /** Everything is admitted, unless given. */
  readonly admission?: Admission;
  readonly clock: Clock;
  readonly store: Store;
  readonly services: Services;
  readonly metrics: Metrics;
  readonly queues: Queues;
  readonly telemetry: Telemetry;
};
