import type { RegisteredSource } from '../config/registration.ts';

/** A source that holds records: a stream, a queue, a topic. */
export type Stream = Exclude<RegisteredSource, { readonly kind: 'agent' }>;

export function streamsOf(sources: readonly RegisteredSource[]): readonly Stream[] {
  return sources.filter((it) => it.kind !== 'agent');
}

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
