/** Where a service's records come from. */
export type Source =
  | { readonly kind: 'kinesis'; readonly stream: string }
  | { readonly kind: 'sqs'; readonly queue: string };

const formats = {
  // Names as AWS admits them: CreateStream, and CreateQueue, whose 80 characters include .fifo.
  kinesis: /^[A-Za-z0-9_.-]{1,128}$/,
  sqs: /^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$/,
} as const;

export const sourceSyntax = 'kinesis/STREAM or sqs/QUEUE';

export function formatSource(source: Source): string {
  return source.kind === 'kinesis' ? `kinesis/${source.stream}` : `sqs/${source.queue}`;
}

/** Reads the value of `weir:source`; where it is wrong, says what would be right. */
export function parseSource(tagValue: string): { readonly source: Source } | { readonly expected: string } {
  const words = tagValue.trim().split(/\s+/);
  if (words.length !== 1) return { expected: `one source: ${sourceSyntax}` };
  const [kind, ...rest] = (words[0] ?? '').split('/');
  const name = rest.join('/');
  if (kind === 'kinesis' && formats.kinesis.test(name)) return { source: { kind, stream: name } };
  if (kind === 'sqs' && formats.sqs.test(name)) return { source: { kind, queue: name } };
  return { expected: `${sourceSyntax}, by name and not by ARN or URL` };
}
