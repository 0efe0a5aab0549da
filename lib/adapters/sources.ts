import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Sources } from '../control/ports.ts';
import { resolveStream } from './kinesis.ts';
import { resolveQueue } from './sqs.ts';

export function createSources(clients: {
  readonly kinesis: KinesisClient;
  readonly sqs: SQSClient;
}): Sources {
  return {
    resolve: (source) =>
      source.kind === 'kinesis' ? resolveStream(clients.kinesis, source) : resolveQueue(clients.sqs, source),
  };
}
