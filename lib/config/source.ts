import { sourceTag } from '../contract/tags.ts';
import type { Problem } from './policy-rules.ts';

/** Where a service's records come from. */
export type Source =
  | { readonly kind: 'kinesis'; readonly stream: string }
  | { readonly kind: 'sqs'; readonly queue: string };

const formats = {
  // Names as AWS admits them: CreateStream and CreateQueue.
  kinesis: /^[A-Za-z0-9_.-]{1,128}$/,
  sqs: /^[A-Za-z0-9_-]{1,75}(\.fifo)?$/,
} as const;

export const sourceSyntax = 'kinesis/STREAM or sqs/QUEUE';

export function formatSource(source: Source): string {
  return source.kind === 'kinesis' ? `kinesis/${source.stream}` : `sqs/${source.queue}`;
}

/** Reads `weir:source`. */
export function parseSource(tagValue: string): { source: Source } | { problem: Problem } {
  const problem = { problem: { subject: sourceTag, received: tagValue, expected: sourceSyntax } };
  const words = tagValue.trim().split(/\s+/);
  if (words.length !== 1) return { problem: { ...problem.problem, expected: `one source: ${sourceSyntax}` } };
  const [kind, ...rest] = (words[0] ?? '').split('/');
  const name = rest.join('/');
  if (kind === 'kinesis' && formats.kinesis.test(name)) return { source: { kind, stream: name } };
  if (kind === 'sqs' && formats.sqs.test(name)) return { source: { kind, queue: name } };
  return problem;
}
