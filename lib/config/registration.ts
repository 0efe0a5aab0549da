import type { ServiceId } from '../contract/service-id.ts';
import type { Mode } from '../contract/tags.ts';
import type { Policy } from './policy.ts';
import type { Source } from './source.ts';

/** A source as discover found it. `partitions` is absent where the source has none (SQS) or it is unknown. */
export type RegisteredSource = Source & {
  readonly partitions?: number;
  /** SQS only. */
  readonly queueUrl?: string;
};

/** What a source does not tell of itself, the policy may: how many partitions a topic has. A queue has none. */
export function completeSource(source: RegisteredSource, { partitions }: Policy): RegisteredSource {
  const untold = source.partitions === undefined && source.kind !== 'sqs';
  return untold && partitions !== undefined ? { ...source, partitions } : source;
}

/** What Application Auto Scaling does with a service's count. */
export type ScalingActivity = 'scale-in' | 'scale-out' | 'scheduled';

export type OwnershipConflict = {
  /** What the tag asks for. */
  readonly mode: Extract<Mode, 'auto' | 'approve'>;
  /** What is not suspended; never empty. */
  readonly active: readonly ScalingActivity[];
};

/** A service that Weir manages: what its tags, resolved, ask for. */
export type Registration = {
  readonly service: ServiceId;
  /** What Weir does with it. */
  readonly mode: Exclude<Mode, 'off'>;
  readonly policy: Policy;
  readonly sources: readonly RegisteredSource[];
  /** Somebody else scales it: `mode` is `recommend` then, whatever its tag asks for. */
  readonly conflict?: OwnershipConflict;
  /** Services whose output it reads, managed or not. */
  readonly upstream?: readonly ServiceId[];
};
