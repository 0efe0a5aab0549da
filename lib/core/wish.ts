import type { Clamp, Evidence, HoldReason, ScaleReason } from '../contract/decision.ts';
import type { Field } from '../contract/measurement.ts';
import type { ImpactModel } from './impact.ts';

/** What a strategy asks for, before the policy's limits and the safety of a change have had their say. */
export type Wish = {
  readonly confidence: number;
  readonly evidence: Evidence;
} & (
  | {
      readonly kind: 'count';
      readonly tasks: number;
      /** What the load as measured needs, without what is forecast of it and what waits: kept for a while. */
      readonly measuredTasks?: number;
      /** The objective is missed now, on fresh evidence. */
      readonly breach: boolean;
      readonly reasonOut: ScaleReason;
      readonly reasonIn: ScaleReason;
      /** Why more tasks can wait; a breach does not. */
      readonly patience?: HoldReason;
      /** Why fewer tasks must not be. */
      readonly objection?: HoldReason;
      readonly limitedBy?: Clamp;
      readonly model: ImpactModel;
    }
  | { readonly kind: 'hold'; readonly reason: HoldReason; readonly missing?: readonly Field[] }
);

export type CountWish = Extract<Wish, { kind: 'count' }>;
