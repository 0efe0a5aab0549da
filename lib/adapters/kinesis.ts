import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import * as z from 'zod';
import type { Source } from '../config/source.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { Sources } from '../control/ports.ts';
import { classifyAwsError, describeAwsError, isNamed } from './aws-error.ts';
import { sourceForbidden, sourceNotFound } from './source-problem.ts';

const summarySchema = z.object({ StreamStatus: z.string(), OpenShardCount: z.number().int().min(0) });

/**
 * The partitions of a stream are its open shards: the closed ones of a split or a merge only wait to be read to their
 * end. @throws WeirError when Kinesis does not answer.
 */
export async function resolveStream(
  client: KinesisClient,
  source: Extract<Source, { kind: 'kinesis' }>,
): ReturnType<Sources['resolve']> {
  try {
    const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName: source.stream }));
    const { StreamStatus, OpenShardCount } = summarySchema.parse(answer.StreamDescriptionSummary);
    if (StreamStatus === 'DELETING') return { problem: sourceNotFound(source) };
    // A stream that is being created has no shards yet: unknown, not none.
    return { source: OpenShardCount > 0 ? { ...source, partitions: OpenShardCount } : source };
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return { problem: sourceNotFound(source) };
    if (classifyAwsError(error) === 'forbidden') {
      return { problem: sourceForbidden(source, 'kinesis:DescribeStreamSummary') };
    }
    throw new WeirError(`DescribeStreamSummary of ${source.stream} failed: ${describeAwsError(error)}`, {
      cause: error,
    });
  }
}
