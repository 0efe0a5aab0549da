import type { Bottleneck, BottleneckKind } from '../contract/bottleneck.ts';
import type { HoldReason } from '../contract/decision.ts';
import type { Field } from '../contract/measurement.ts';
import type { Contention } from './effective-tasks.ts';

/** One change of the desired count, whoever made it. */
export type Change = {
  readonly atSeconds: number;
  readonly from: number;
  readonly to: number;
  /** `deployment`: it came with a new one; `other`: a person or another controller. */
  readonly by: 'weir' | 'deployment' | 'other';
};

/** A desired count that is not the one that Weir left. */
export type ForeignChange = {
  /** `deployment`: it came with a new deployment, whose template says another count; `other`: a person, or a controller. */
  readonly by: 'deployment' | 'other';
  readonly from: number;
  readonly to: number;
  /** Until then the new count stands, unless the objective is missed. */
  readonly yieldUntilSeconds?: number;
  /** The count that is put back. */
  readonly restoreTasks?: number;
};

/** What was seen of one task's rate at saturation. */
export type RateObservation = {
  readonly atSeconds: number;
  readonly tasks: number;
  /** Per task that had partitions to read: see effectiveTasks. */
  readonly perTaskPerSecond: number;
};

/** A task's rate among so many, in the mean over so many minutes. */
export type RateByTasks = {
  readonly tasks: number;
  readonly perTaskPerSecond: number;
  readonly minutes: number;
};

/** What was learned of one task definition revision. Bounded: see capacity.ts. */
export type CapacityMemory = {
  readonly revision: string;
  /** Oldest first. */
  readonly saturated: readonly RateObservation[];
  /** CPU while saturated: what "busy" looks like for this service. Absent until both were seen together. */
  readonly saturatedCpuPercent?: number;
  /** What tasks did before this they do no more. */
  readonly slowerSinceSeconds?: number;
  /** What a task could do if it was never idle, by how many there were, and the newest minute that is in it. */
  readonly byTasks?: {
    readonly untilSeconds: number;
    readonly rates: readonly RateByTasks[];
    /** What they fit. */
    readonly contention?: Contention;
  };
  /** Shares of the load that the partition with the largest one was seen to get, oldest first, and when last. */
  readonly hottest?: { readonly atSeconds: number; readonly shares: readonly number[] };
};

/** Open for scaling out: more tasks than these brought nothing. */
export type Breaker = {
  readonly sinceSeconds: number;
  /** As many did as much: so many records/s, all together. */
  readonly tasks: number;
  readonly ratePerSecond: number;
  readonly limit: Extract<BottleneckKind, 'downstream' | 'hot_partition'>;
  /** Until more are tried again, and when that is. */
  readonly waitSeconds: number;
  readonly retryAtSeconds: number;
};

/** A decision that waits for a person. */
export type Pending = {
  readonly decisionId: string;
  readonly direction: 'out' | 'in';
  readonly to: number;
  readonly atSeconds: number;
  /** It is not asked for again for a while. */
  readonly rejected?: true;
};

/** How a decision that waited has ended. */
export type ApprovalEnd = {
  readonly decisionId: string;
  readonly outcome: 'approved' | 'rejected' | 'lapsed' | 'superseded';
};

export type Approval = {
  /** A person has said yes to it: it may be sent. */
  readonly approved: boolean;
  /** It is another one than waits: it is told, and waits from now on. */
  readonly asks: boolean;
  readonly pending?: Pending;
  readonly ended?: ApprovalEnd;
};

/** What people have told Weir to do with a service. Bounded: each of these replaces the one before. */
export type Control = {
  /** Scaling this way is off, until then or until it is resumed. */
  readonly paused: Readonly<Partial<Record<'out' | 'in', { readonly untilSeconds?: number }>>>;
  /** Limits that stand in place of the policy's until then. */
  readonly override?: {
    readonly minTasks?: number;
    readonly maxTasks?: number;
    readonly untilSeconds: number;
  };
  /** The newest answers to decisions that wait. */
  readonly answers: readonly { readonly decisionId: string; readonly approved: boolean }[];
};

/** What a service sends on to those that read from it. */
export type ServiceOutput = {
  readonly atSeconds: number;
  /** Records/s now, and once the tasks that are desired consume, from that moment on. */
  readonly perSecond: number;
  readonly plannedPerSecond: number;
  readonly fromSeconds: number;
};

/** The breaker has just been opened, or closed after so long. */
export type BreakerChange =
  | { readonly kind: 'opened'; readonly breaker: Breaker }
  | { readonly kind: 'closed'; readonly suspendedSeconds: number };

/** A bottleneck that is over. */
export type PastBottleneck = {
  readonly kind: BottleneckKind;
  readonly sinceSeconds: number;
  readonly untilSeconds: number;
};

/**
 * What one tick leaves to the next. Bounded, so that it stays a few hundred bytes: every kilobyte costs one write
 * unit a minute.
 */
export type LoopState = {
  readonly format: 1;
  /** The newest slot that was evaluated; a tick at or before it is a duplicate. */
  readonly slotSeconds: number;
  /** Desired count after that tick, to recognise a change that somebody else made. */
  readonly desiredTasks?: number;
  /** The primary deployment then, to recognise a change that came with a new one. */
  readonly deployment?: string;
  /** Until then a count that somebody else has set stands. */
  readonly yieldUntilSeconds?: number;
  /** The count that a deployment has reset, to be put back until then. */
  readonly restore?: { readonly tasks: number; readonly untilSeconds: number };
  /** Until then metrics need not be read, if the count stays as it is. */
  readonly restUntilSeconds?: number;
  readonly capacity?: CapacityMemory;
  readonly breaker?: Breaker;
  readonly output?: ServiceOutput;
  /** How long the last orders of more tasks took, at least, seconds, oldest first. */
  readonly startups?: readonly number[];
  /** Newest last, at most five. */
  readonly changes: readonly Change[];
  /** Counts that the strategy wanted within the stabilization window, oldest first. */
  readonly wanted: readonly { readonly atSeconds: number; readonly tasks: number }[];
  /** Reason of the last tick's hold, and of the one that was last told; absent after a scaling decision. */
  readonly heldFor?: HoldReason;
  readonly heldTold?: HoldReason;
  readonly pending?: Pending;
  /** Which word of people's it has gone by. */
  readonly controlVersion?: number;
  /** In modes that do not act: the count that was last advised, so that it is told once. */
  readonly advisedTasks?: number;
  readonly missing?: {
    readonly sinceSeconds: number;
    readonly fields: readonly Field[];
    readonly told: boolean;
  };
  readonly bottlenecks: readonly Bottleneck[];
  /** Cleared within the last hour, newest last. */
  readonly pastBottlenecks: readonly PastBottleneck[];
  /** Topics of the advice that stands. */
  readonly advised: readonly string[];
  /** When each field was last asked for. */
  readonly polledAtSeconds: Readonly<Partial<Record<Field, number>>>;
};

export const initialLoopState: LoopState = {
  format: 1,
  slotSeconds: 0,
  changes: [],
  wanted: [],
  bottlenecks: [],
  pastBottlenecks: [],
  advised: [],
  polledAtSeconds: {},
};

const keptChanges = 5;

/** The state after the desired count was changed, by whomever. */
export function recordChange(state: LoopState, change: Change): LoopState {
  return { ...state, desiredTasks: change.to, changes: [...state.changes, change].slice(-keptChanges) };
}
