import type { Problem } from '../config/policy-rules.ts';
import { formatSource, type Source } from '../config/source.ts';
import { sourceTag } from '../contract/tags.ts';

const nouns = { kinesis: 'stream', sqs: 'queue' } as const;

/** A source that is looked up. */
type LookedUp = Extract<Source, { readonly kind: keyof typeof nouns }>;

/** The source that a tag names is not there. */
export function sourceNotFound(source: LookedUp): Problem {
  return {
    subject: sourceTag,
    received: formatSource(source),
    expected: `a ${nouns[source.kind]} that exists in this account and Region`,
  };
}

/** Weir's role may not look at the source, or the source's own policy keeps it out. */
export function sourceForbidden(source: LookedUp, action: string): Problem {
  return {
    subject: sourceTag,
    received: formatSource(source),
    expected: `a ${nouns[source.kind]} that Weir may look at: ${action} was denied`,
  };
}
