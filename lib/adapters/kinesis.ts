import {
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import * as z from 'zod';
import type { Problem } from '../config/policy-rules.ts';
import type { Source } from '../config/source.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { Sources } from '../control/ports.ts';
import { classifyAwsError, describeAwsError, isNamed } from './aws-error.ts';
import { sourceForbidden, sourceNotFound } from './source-problem.ts';

type KinesisSource = Extract<Source, { kind: 'kinesis' }>;

const summarySchema = z.object({
  StreamStatus: z.string(),
  OpenShardCount: z.number().int().min(0),
  StreamARN: z.string().min(1).max(2048),
});
const consumerSchema = z.object({ ConsumerStatus: z.string() });

/**
 * The partitions of a stream are its open shards: the closed ones of a split or a merge only wait to be read to their
 * end. A consumer must be registered; an application of the Kinesis Client Library is seen by its metrics alone.
 * @throws WeirError when Kinesis does not answer.
 */
export async function resolveStream(
  client: KinesisClient,
  source: KinesisSource,
): ReturnType<Sources['resolve']> {
  return asked('DescribeStreamSummary', source, async () => {
    const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName: source.stream }));
    const { StreamStatus, OpenShardCount, StreamARN } = summarySchema.parse(answer.StreamDescriptionSummary);
    if (StreamStatus === 'DELETING') return { problem: sourceNotFound(source) };
    // A stream that is being created has no shards yet: unknown, not none.
    const found = { source: OpenShardCount > 0 ? { ...source, partitions: OpenShardCount } : source };
    return (await consumerProblem(client, source, StreamARN)) ?? found;
  });
}

async function consumerProblem(client: KinesisClient, source: KinesisSource, StreamARN: string) {
  const { consumer: ConsumerName } = source;
  if (ConsumerName === undefined) return undefined;
  return asked('DescribeStreamConsumer', source, async () => {
    const answer = await client.send(new DescribeStreamConsumerCommand({ StreamARN, ConsumerName }));
    const { ConsumerStatus } = consumerSchema.parse(answer.ConsumerDescription);
    return ConsumerStatus === 'DELETING' ? { problem: sourceNotFound(source) } : undefined;
  });
}

/** What Kinesis says; that something is not there, or may not be seen, is a problem of the tag. */
async function asked<T>(
  operation: 'DescribeStreamSummary' | 'DescribeStreamConsumer',
  source: KinesisSource,
  ask: () => Promise<T>,
): Promise<T | { readonly problem: Problem }> {
  try {
    return await ask();
  } catch (error) {
    // It says so itself already, of the call inside.
    if (error instanceof WeirError) throw error;
    if (isNamed(error, 'ResourceNotFoundException')) return { problem: sourceNotFound(source) };
    if (classifyAwsError(error) === 'forbidden') {
      return { problem: sourceForbidden(source, `kinesis:${operation}`) };
    }
    throw new WeirError(`${operation} of ${source.stream} failed: ${describeAwsError(error)}`, {
      cause: error,
    });
  }
}
