import { holdsRecords, type MetricSet } from './metric-sets.ts';

/** Where a service's records come from. */
export type Source =
  | ({ readonly kind: 'kinesis'; readonly stream: string } & Reader)
  | { readonly kind: 'sqs'; readonly queue: string }
  /** A topic of Amazon MSK, as one group of consumers reads it. */
  | { readonly kind: 'msk'; readonly cluster: string; readonly topic: string; readonly group: string }
  /** What agents in the service's own tasks report. */
  | { readonly kind: 'agent' }
  /** Metrics of CloudWatch that the deployment names, of records that wait somewhere. */
  | ({ readonly kind: 'metrics' } & Named)
  /** The same, of how the tasks do. */
  | ({ readonly kind: 'signals' } & Named);

type Named = { readonly set: string; readonly metrics: MetricSet };

/**
 * Who of those that read a stream is asked how far behind he is: a registered consumer of enhanced fan-out, or an
 * application of the Kinesis Client Library. Neither: the age that Kinesis has for all who call GetRecords together.
 */
type Reader = { readonly consumer?: string; readonly application?: string };

/** A source that exists in AWS. */
export type StreamSource = Exclude<Source, { readonly kind: 'agent' | 'metrics' | 'signals' }>;

const formats = {
  // Names as AWS admits them: CreateStream, RegisterStreamConsumer, and CreateQueue, whose 80 characters include .fifo.
  kinesis: /^[A-Za-z0-9_.-]{1,128}$/,
  // The name is also that of the application's table of leases, and DynamoDB the strictest of those who take it.
  application: /^[A-Za-z0-9_.-]{3,255}$/,
  sqs: /^(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?$/,
  // MSK's clusters have letters, digits and hyphens; Kafka's topics 249 characters, of which . and .. are none.
  cluster: /^[A-Za-z0-9-]{1,64}$/,
  topic: /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
  // To Kafka a group may have any name. MSK publishes no lag of one that has a colon or is not ASCII, and a tag holds 256
  // characters of few kinds. https://docs.aws.amazon.com/msk/latest/developerguide/consumer-lag.html
  group: /^[A-Za-z0-9_./=+@-]{1,256}$/,
} as const;

export const sourceSyntax =
  'kinesis/STREAM, kinesis/STREAM/CONSUMER, kcl/STREAM/APPLICATION, sqs/QUEUE, msk/CLUSTER/TOPIC/GROUP or metrics/NAME';

export function formatSource(source: Source): string {
  switch (source.kind) {
    case 'agent':
      return source.kind;
    case 'kinesis':
      if (source.application !== undefined) return `kcl/${source.stream}/${source.application}`;
      return ['kinesis', source.stream, ...(source.consumer === undefined ? [] : [source.consumer])].join(
        '/',
      );
    case 'sqs':
      return `sqs/${source.queue}`;
    case 'msk':
      return `msk/${source.cluster}/${source.topic}/${source.group}`;
    case 'metrics':
    case 'signals':
      return `metrics/${source.set}`;
  }
}

/** Each is asked for at each tick. */
const mostStreams = 5;

/**
 * Reads the value of `weir:source`: streams, queues or topics, and `agent` beside them or alone. The streams come first,
 * however they were written. Where the value is wrong, says what would be right.
 */
export function parseSources(
  tagValue: string,
  metricSets: Readonly<Record<string, MetricSet>> = {},
): { readonly sources: readonly Source[] } | { readonly expected: string } {
  const words = tagValue.trim().split(/\s+/);
  const streams = words.filter((word) => word !== 'agent');
  if (new Set(words).size < words.length || streams.length > mostStreams)
    return { expected: severalExpected };
  const parsed = streams.map((it) => parseMetrics(it, metricSets) ?? parseStream(it));
  const wrong = parsed.find((it) => 'expected' in it);
  if (wrong !== undefined) return wrong;
  const sources = parsed.flatMap((it): readonly Source[] => ('source' in it ? [it.source] : []));
  return { sources: words.length > streams.length ? [...sources, { kind: 'agent' }] : sources };
}

const severalExpected = `one to ${mostStreams} sources, each once, with blanks between: ${sourceSyntax}; beside them or alone, once, the word agent`;

type Parsed = { readonly source: Source } | { readonly expected: string };

function parseMetrics(word: string, sets: Readonly<Record<string, MetricSet>>): Parsed | undefined {
  const [kind, ...rest] = word.split('/');
  if (kind !== 'metrics') return undefined;
  const set = rest.join('/');
  // An own property: `constructor` is in every object.
  const metrics = Object.hasOwn(sets, set) ? sets[set] : undefined;
  if (metrics !== undefined) {
    return { source: { kind: holdsRecords(metrics) ? 'metrics' : 'signals', set, metrics } };
  }
  const known = Object.keys(sets).map((it) => `metrics/${it}`);
  return {
    expected:
      known.length > 0
        ? `one of the sources of this deployment: ${known.join(', ')}`
        : 'another source: this deployment names no metrics',
  };
}

function parseStream(word: string): { readonly source: StreamSource } | { readonly expected: string } {
  const [kind, ...rest] = word.split('/');
  const name = rest.join('/');
  const stream = kind === 'kinesis' || kind === 'kcl' ? parseKinesis(kind, rest) : undefined;
  if (stream !== undefined) return { source: stream };
  if (kind === 'sqs' && formats.sqs.test(name)) return { source: { kind, queue: name } };
  const topic = kind === 'msk' ? parseTopic(rest) : undefined;
  if (topic !== undefined) return { source: topic };
  return { expected: `${sourceSyntax}, by name and not by ARN or URL` };
}

function parseKinesis(
  kind: 'kinesis' | 'kcl',
  [stream = '', reader, ...more]: readonly string[],
): StreamSource | undefined {
  if (!formats.kinesis.test(stream) || more.length > 0) return undefined;
  if (kind === 'kcl') {
    const named = reader !== undefined && formats.application.test(reader);
    return named ? { kind: 'kinesis', stream, application: reader } : undefined;
  }
  if (reader === undefined) return { kind, stream };
  return formats.kinesis.test(reader) ? { kind, stream, consumer: reader } : undefined;
}

/** A group's name may have slashes of its own. */
function parseTopic([cluster = '', topic = '', ...rest]: readonly string[]): StreamSource | undefined {
  const group = rest.join('/');
  const named = formats.cluster.test(cluster) && formats.topic.test(topic) && formats.group.test(group);
  return named ? { kind: 'msk', cluster, topic, group } : undefined;
}
