import type { RegisteredSource } from '../config/registration.ts';
import type { Field } from '../contract/measurement.ts';

/** A source that holds records: a stream, a queue, a topic, or what the deployment's metrics tell of. */
export type Stream = Exclude<RegisteredSource, { readonly kind: 'agent' | 'signals' }>;

export function streamsOf(sources: readonly RegisteredSource[]): readonly Stream[] {
  return sources.filter((it) => it.kind !== 'agent' && it.kind !== 'signals');
}

/** What waits in it is not measured, and follows from its lag. */
export function isKnownByLag(stream: Stream): boolean {
  return (
    stream.kind === 'kinesis' || (stream.kind === 'metrics' && stream.metrics.backlogRecords === undefined)
  );
}

/** What a stream says of itself. Anything else is the service's. */
export const streamFields = [
  'arrivalsPerSecond',
  'processedPerSecond',
  'backlogRecords',
  'lagSeconds',
  'meanLagSeconds',
] as const satisfies readonly Field[];

/**
 * Partitions of all that a service reads: no more tasks than these can have one. Unknown where one of the streams has
 * none, as a queue, or does not tell. E.g. streams of 8 and 4 shards: 12.
 */
export function partitionsOf(sources: readonly RegisteredSource[]): number | undefined {
  const streams = streamsOf(sources);
  const all = (streams.length > 0 ? streams : sources).map((it) => it.partitions);
  return all.length === 0 || all.includes(undefined)
    ? undefined
    : all.reduce<number>((sum, it) => sum + (it ?? 0), 0);
}
