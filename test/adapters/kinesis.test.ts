import {
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { resolveStream } from '../../lib/adapters/kinesis.ts';

const source = { kind: 'kinesis', stream: 'orders' } as const;
const named = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name} it was`), { name, $metadata: { httpStatusCode } });

const StreamARN = 'arn:aws:kinesis:eu-central-1:111122223333:stream/orders';

function createWorld(StreamStatus = 'ACTIVE', OpenShardCount = 8) {
  const client = new KinesisClient({ region: 'eu-central-1' });
  const kinesis = mockClient(client);
  kinesis
    .on(DescribeStreamSummaryCommand)
    .resolves({ StreamDescriptionSummary: { StreamStatus, OpenShardCount, StreamARN } as never });
  return { client, kinesis };
}

it.each([
  ['UPDATING', 12, { source: { ...source, partitions: 12 } }],
  ['CREATING', 0, { source }],
  ['DELETING', 8, { problem: expect.objectContaining({ received: 'kinesis/orders' }) }],
])('takes a stream that is %s, with %i open shards, for what it is', async (status, shards, expected) => {
  const { client, kinesis } = createWorld(status, shards);

  expect(await resolveStream(client, source)).toEqual(expected);

  const inputs = kinesis.commandCalls(DescribeStreamSummaryCommand).map(({ args }) => args[0].input);
  expect(inputs).toEqual([{ StreamName: 'orders' }]);
});

it('which Weir may not see is a problem of the tag', async () => {
  const { client, kinesis } = createWorld();
  kinesis.on(DescribeStreamSummaryCommand).rejects(named('AccessDeniedException', 400));

  expect(await resolveStream(client, source)).toMatchObject({
    problem: { expected: 'a stream that Weir may look at: kinesis:DescribeStreamSummary was denied' },
  });
});

it.each(['LimitExceededException', 'InternalFailure'])(
  'is not judged while Kinesis does not answer: %s',
  async (name) => {
    const { client, kinesis } = createWorld();
    const cause = named(name, 400);
    kinesis.on(DescribeStreamSummaryCommand).rejects(cause);

    await expect(resolveStream(client, source)).rejects.toMatchObject({
      message: `DescribeStreamSummary of orders failed: ${name}: ${name} it was`,
      cause,
    });
  },
);

describe('a registered consumer', () => {
  const consumer = { ...source, consumer: 'billing' } as const;

  it.each([
    ['CREATING', { source: { ...consumer, partitions: 8 } }],
    ['ACTIVE', { source: { ...consumer, partitions: 8 } }],
    ['DELETING', { problem: expect.objectContaining({ received: 'kinesis/orders/billing' }) }],
  ])('that is %s is taken for what it is', async (ConsumerStatus, expected) => {
    const { client, kinesis } = createWorld();
    kinesis.on(DescribeStreamConsumerCommand).resolves({ ConsumerDescription: { ConsumerStatus } as never });

    expect(await resolveStream(client, consumer)).toEqual(expected);

    const inputs = kinesis.commandCalls(DescribeStreamConsumerCommand).map(({ args }) => args[0].input);
    expect(inputs).toEqual([{ StreamARN, ConsumerName: 'billing' }]);
  });

  it('which Weir may not see is a problem of the tag', async () => {
    const { client, kinesis } = createWorld();
    kinesis.on(DescribeStreamConsumerCommand).rejects(named('AccessDeniedException', 400));

    expect(await resolveStream(client, consumer)).toMatchObject({
      problem: { expected: expect.stringContaining('kinesis:DescribeStreamConsumer was denied') },
    });
  });

  it('is not judged while Kinesis does not answer', async () => {
    const { client, kinesis } = createWorld();
    kinesis.on(DescribeStreamConsumerCommand).rejects(named('LimitExceededException', 400));

    await expect(resolveStream(client, consumer)).rejects.toThrow('DescribeStreamConsumer of orders failed');
  });
});
