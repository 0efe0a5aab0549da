import {
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { createMemoryQueues } from '../../lib/adapters/memory/queues.ts';
import { createMemorySources } from '../../lib/adapters/memory/sources.ts';
import { createSources } from '../../lib/adapters/sources.ts';
import { createQueues } from '../../lib/adapters/sqs.ts';
import { type SourcesWorld, sourcesContract } from './sources.ts';

const urlOf = (queue: string) => `https://sqs.eu-central-1.amazonaws.com/111122223333/${queue}`;

sourcesContract('in memory', () => {
  const sources = createMemorySources();
  const queues = createMemoryQueues();
  return {
    sources,
    queues,
    addStream: (stream, partitions) => sources.put({ kind: 'kinesis', stream }, { partitions }),
    addConsumer: (stream, consumer) => sources.put({ kind: 'kinesis', stream, consumer }, {}),
    addQueue: (queue, depth) => {
      sources.put({ kind: 'sqs', queue }, { queueUrl: urlOf(queue) });
      queues.set(urlOf(queue), depth);
      return urlOf(queue);
    },
  };
});

sourcesContract('Kinesis and SQS, played', () => playedAccount());

function playedAccount(): SourcesWorld {
  const kinesis = new KinesisClient({ region: 'eu-central-1' });
  const sqs = new SQSClient({ region: 'eu-central-1' });
  const streams = new Map<string, number>();
  const consumers = new Set<string>();
  const depths = new Map<string, { visible: number; inFlight: number; delayed: number }>();
  const refuse = (name: string): never => {
    throw Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
  };

  const played = mockClient(kinesis);
  const arnOf = (stream: string) => `arn:aws:kinesis:eu-central-1:111122223333:stream/${stream}`;
  played.on(DescribeStreamSummaryCommand).callsFake(({ StreamName }) => {
    const OpenShardCount = streams.get(StreamName) ?? refuse('ResourceNotFoundException');
    const StreamARN = arnOf(StreamName);
    return { StreamDescriptionSummary: { StreamName, StreamARN, StreamStatus: 'ACTIVE', OpenShardCount } };
  });
  played
    .on(DescribeStreamConsumerCommand)
    .callsFake(({ StreamARN, ConsumerName }) =>
      consumers.has(`${StreamARN} ${ConsumerName}`)
        ? { ConsumerDescription: { ConsumerName, ConsumerStatus: 'ACTIVE' } }
        : refuse('ResourceNotFoundException'),
    );
  const queue = mockClient(sqs);
  queue
    .on(GetQueueUrlCommand)
    .callsFake(({ QueueName }) =>
      depths.has(urlOf(QueueName)) ? { QueueUrl: urlOf(QueueName) } : refuse('QueueDoesNotExist'),
    );
  queue.on(GetQueueAttributesCommand).callsFake(({ QueueUrl }) => {
    const depth = depths.get(QueueUrl) ?? refuse('QueueDoesNotExist');
    return {
      Attributes: {
        ApproximateNumberOfMessages: String(depth.visible),
        ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
        ApproximateNumberOfMessagesDelayed: String(depth.delayed),
      },
    };
  });

  return {
    sources: createSources({ kinesis, sqs }),
    queues: createQueues(sqs),
    addStream: (stream, shards) => {
      streams.set(stream, shards);
    },
    addConsumer: (stream, consumer) => {
      consumers.add(`${arnOf(stream)} ${consumer}`);
    },
    addQueue: (name, depth) => {
      depths.set(urlOf(name), depth);
      return urlOf(name);
    },
  };
}
