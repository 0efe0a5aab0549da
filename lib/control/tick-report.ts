import type { HoldDecision, ScaleDecision } from '../contract/decision.ts';
import type { Tick } from '../contract/messages.ts';
import type { ServiceDescription, UpdateOutcome } from './ports.ts';

type Gone = Extract<ServiceDescription, { kind: 'gone' }>;
type Refused = Extract<UpdateOutcome, { kind: 'refused' }>;

/** How a decision that was acted on has ended, as far as the evaluator that took it could see. */
export type ScalingOutcome =
  | { readonly outcome: 'applied' }
  | { readonly outcome: 'failed'; readonly cause: Refused['cause'] | 'not-sent'; readonly message: string }
  /** The answer was lost. The decision stays in flight, and the next tick looks at ECS. */
  | { readonly outcome: 'unknown'; readonly message: string };

/** What one tick of one service has come to. All of these are expected; none is an exception. */
export type TickReport = Tick &
  (
    | { readonly kind: 'held'; readonly decision: HoldDecision }
    | ({
        readonly kind: 'scaled';
        readonly decisionId: string;
        readonly decision: ScaleDecision;
      } & ScalingOutcome)
    /** The service's mode leaves the count alone. `told` is false when the same count had been advised before. */
    | {
        readonly kind: 'advised';
        readonly decisionId: string;
        readonly decision: ScaleDecision;
        readonly told: boolean;
      }
    /** This slot, or a later one, has been evaluated. */
    | { readonly kind: 'duplicate' }
    /** The service was looked at and is as it was left; its metrics need not be read before then. */
    | { readonly kind: 'resting'; readonly untilSeconds: number }
    /** The tick, or what was measured for it, was too old to act on. */
    | { readonly kind: 'late'; readonly lateSeconds: number }
    /** Another evaluator is acting on a decision, and its lease runs. */
    | { readonly kind: 'busy'; readonly untilSeconds: number }
    /** Another evaluator has written since this one had read: its word counts, and this one's is not told. */
    | { readonly kind: 'overtaken' }
    | { readonly kind: 'not-managed' }
    | { readonly kind: 'gone'; readonly cause: Gone['cause'] }
    /** ECS takes no desired count for a DAEMON service. */
    | { readonly kind: 'daemon' }
    /** Something broke. Nothing of this tick counts but what had been written; the next tick is the retry. */
    | { readonly kind: 'failed'; readonly message: string }
  );

export type ReportOf<K extends TickReport['kind']> = Extract<TickReport, { kind: K }>;
