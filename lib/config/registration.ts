import type { ServiceId } from '../contract/service-id.ts';
import type { Mode } from '../contract/tags.ts';
import type { Policy } from './policy.ts';
import { formatSource, type Source } from './source.ts';

/** A source as discover found it. `partitions` is absent where the source has none (SQS) or it is unknown. */
export type RegisteredSource = Source & {
  /** As weir:source has it: of several streams, what each of them is told apart by. */
  readonly name?: string;
  readonly partitions?: number;
  /** SQS only. */
  readonly queueUrl?: string;
};

/**
 * Sources with what they do not tell of themselves. How many partitions a topic has the policy may say, of several
 * topics of each; a queue has none. Several streams have names.
 */
export function completeSources(
  sources: readonly RegisteredSource[],
  { partitions }: Policy,
): readonly RegisteredSource[] {
  const isStream = ({ kind }: RegisteredSource) => kind !== 'agent' && kind !== 'signals';
  const several = sources.filter(isStream).length > 1;
  return sources.map((source) => {
    const untold = source.partitions === undefined && source.kind !== 'sqs' && source.kind !== 'signals';
    return {
      ...source,
      ...(untold && partitions !== undefined && { partitions }),
      ...(several && isStream(source) && { name: formatSource(source) }),
    };
  });
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
