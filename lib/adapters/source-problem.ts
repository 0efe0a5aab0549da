import type { Problem } from '../config/policy-rules.ts';
import { formatSource, type Source } from '../config/source.ts';
import { sourceTag } from '../contract/tags.ts';

/** A source that is looked up. */
type LookedUp = Extract<Source, { readonly kind: 'kinesis' | 'sqs' }>;

function nounOf(source: LookedUp): string {
  if (source.kind === 'sqs') return 'queue';
  return source.consumer === undefined ? 'stream' : 'registered consumer of a stream';
}

/** The source that a tag names is not there. */
export function sourceNotFound(source: LookedUp): Problem {
  return {
    subject: sourceTag,
    received: formatSource(source),
    expected: `a ${nounOf(source)} that exists in this account and Region`,
  };
}

/** Weir's role may not look at the source, or the source's own policy keeps it out. */
export function sourceForbidden(source: LookedUp, action: string): Problem {
  return {
    subject: sourceTag,
    received: formatSource(source),
    expected: `a ${nounOf(source)} that Weir may look at: ${action} was denied`,
  };
}
