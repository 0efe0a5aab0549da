import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Sources } from '../control/ports.ts';
import { resolveStream } from './kinesis.ts';
import { resolveQueue } from './sqs.ts';

/**
 * Agents are there when they report. Of a topic nothing is asked: MSK tells its partitions by an API that Weir does not
 * call, so that their number is the policy's, or unknown; and that topic and group exist is seen by their metrics alone, as that of a metric that the deployment names.
 */
export function createSources(clients: {
  readonly kinesis: KinesisClient;
  readonly sqs: SQSClient;
}): Sources {
  return {
    resolve: async (source) => {
      switch (source.kind) {
        case 'kinesis':
          return resolveStream(clients.kinesis, source);
        case 'sqs':
          return resolveQueue(clients.sqs, source);
        case 'msk':
        case 'agent':
        case 'metrics':
        case 'signals':
          return { source };
      }
    },
  };
}
