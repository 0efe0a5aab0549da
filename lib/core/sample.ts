import type { Field, Point } from '../contract/measurement.ts';

/** A service as ECS describes it. */
export type ServiceObservation = {
  readonly desiredTasks: number;
  /** Tasks in RUNNING: the ones that consume, as far as ECS can tell. */
  readonly runningTasks: number;
  /** Tasks on their way: PROVISIONING, PENDING, ACTIVATING. */
  readonly pendingTasks: number;
  /** Task definition `family:revision` of the primary deployment; what one task can do is learned for each. */
  readonly revision: string;
  /** A rollout has begun and is not complete. */
  readonly deploying: boolean;
  /** What tells the primary deployment from the one before, where ECS names one. */
  readonly deployment?: string;
  /** Tasks that protect themselves from a scale-in, where that was asked for and is known. */
  readonly protectedTasks?: number;
};

/** Why a field that was asked for is not in the sample. */
export type Unread = {
  readonly field: Field;
  /** Of several streams the one that was asked, by name. */
  readonly source?: string;
  readonly cause: 'absent' | 'partial' | 'throttled' | 'forbidden' | 'error';
};

type Series = Readonly<Partial<Record<Field, readonly Point[]>>>;

/**
 * What one tick measured of one service: the service itself, and for each field the points that were not known
 * before, oldest first, finite numbers only. A later sample's point for the same moment replaces an earlier one.
 */
export type Sample = {
  readonly atSeconds: number;
  readonly observation: ServiceObservation;
  readonly series: Series;
  /** Of a service that reads several streams, what each of them said, by its name. */
  readonly bySource?: Readonly<Record<string, Series>>;
  readonly unread: readonly Unread[];
};
