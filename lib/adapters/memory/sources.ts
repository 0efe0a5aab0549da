import { formatSource, type Source } from '../../config/source.ts';
import type { Sources } from '../../control/ports.ts';
import { sourceNotFound } from '../source-problem.ts';

export type SourceFacts = { readonly partitions?: number; readonly queueUrl?: string };

export type MemorySources = Sources & {
  put(source: Source, facts: SourceFacts): void;
};

/** Streams and queues in memory. */
export function createMemorySources(): MemorySources {
  const known = new Map<string, SourceFacts>();
  return {
    resolve: async (source) => {
      if (source.kind === 'agent' || source.kind === 'msk') return { source };
      const facts = known.get(formatSource(source));
      return facts === undefined ? { problem: sourceNotFound(source) } : { source: { ...source, ...facts } };
    },
    put: (source, facts) => {
      known.set(formatSource(source), facts);
    },
  };
}
