import { formatSource, type Source } from '../../config/source.ts';
import type { Sources } from '../../control/ports.ts';
import { sourceNotFound } from '../source-problem.ts';

export type SourceFacts = { readonly partitions?: number; readonly queueUrl?: string };

export type MemorySources = Sources & {
  put(source: Source, facts: SourceFacts): void;
};

/** Streams, their registered consumers, and queues in memory. */
export function createMemorySources(): MemorySources {
  const known = new Map<string, SourceFacts>();
  return {
    resolve: async (source) => {
      if (source.kind !== 'kinesis' && source.kind !== 'sqs') return { source };
      // What a stream has is so whoever reads it, and a consumer must be registered.
      const stream: Source =
        source.kind === 'kinesis' ? { kind: source.kind, stream: source.stream } : source;
      const facts = known.get(formatSource(stream));
      const registered =
        source.kind === 'sqs' || source.consumer === undefined || known.has(formatSource(source));
      return facts !== undefined && registered
        ? { source: { ...source, ...facts } }
        : { problem: sourceNotFound(source) };
    },
    put: (source, facts) => {
      known.set(formatSource(source), facts);
    },
  };
}
