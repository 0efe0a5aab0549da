import type { Policy } from '../config/policy.ts';
import type { RegisteredSource, Registration } from '../config/registration.ts';
import type { Bottleneck } from '../contract/bottleneck.ts';
import type { Decision } from '../contract/decision.ts';
import type { Field } from '../contract/measurement.ts';
import type { Recommendation } from '../contract/recommendation.ts';
import type { LearnedModel } from './learned-model.ts';
import type {
  Approval,
  BreakerChange,
  Control,
  ForeignChange,
  LoopState,
  PastBottleneck,
  ServiceOutput,
} from './loop-state.ts';
import type { Observed } from './observed.ts';

/** What the core needs to know of a service beside what was measured. A Registration is one. */
export type ServiceContext = {
  readonly policy: Policy;
  readonly sources: readonly RegisteredSource[];
  /** What Weir may do with it: `auto`, unless given. */
  readonly mode?: Registration['mode'];
  /** What people have told Weir to do with it. */
  readonly control?: Control;
  /** What learn has found in its history. */
  readonly model?: LearnedModel;
  /** What ECS's events have told of it. */
  readonly observed?: Observed;
  /** What the services that feed it send on, as far as they have been evaluated. */
  readonly upstream?: readonly ServiceOutput[];
};

/**
 * What one tick has come to: the decision, what is worth telling, and the state for the next tick. Plain data; the
 * shell acts on it and renders it as events.
 */
export type Plan = {
  readonly decision: Decision;
  /** A scale is always told where it will be applied; a hold once its reason stands and differs from the one told last. */
  readonly tellDecision: boolean;
  readonly detected: readonly Bottleneck[];
  readonly cleared: readonly PastBottleneck[];
  readonly advice: readonly Recommendation[];
  /** Required signals that have been absent for the policy's time, when that is to be told now. */
  readonly missing?: { readonly fields: readonly Field[]; readonly sinceSeconds: number };
  /** In mode `approve`, what has become of the decision that waits. Absent from a plan that nobody is asked about. */
  readonly approval?: Approval;
  /** The count is not the one that the last tick left. */
  readonly foreign?: ForeignChange;
  /** The breaker for scaling out, as it has just been opened or closed. */
  readonly breaker?: BreakerChange;
  readonly next: LoopState;
};
