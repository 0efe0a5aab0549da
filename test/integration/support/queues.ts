import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  RegisterStreamConsumerCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { Depth } from '../../contracts/sources.ts';
import { type Aws, unique } from './aws.ts';

/** Sends everything on a bus to a queue. */
export async function subscribe(aws: Aws, busName: string, queueUrl: string): Promise<void> {
  const { Attributes } = await aws.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  const rule = unique('rule');
  await aws.eventBridge.send(
    new PutRuleCommand({
      Name: rule,
      EventBusName: busName,
      EventPattern: JSON.stringify({ source: ['weir'] }),
    }),
  );
  await aws.eventBridge.send(
    new PutTargetsCommand({
      Rule: rule,
      EventBusName: busName,
      Targets: [{ Id: 'queue', Arn: Attributes?.QueueArn ?? '' }],
    }),
  );
}

/** What a queue hands out, until it is enough or half a minute is over. */
export async function bodies<T>(
  aws: Aws,
  QueueUrl: string,
  isEnough: (received: readonly T[]) => boolean,
): Promise<T[]> {
  const received: T[] = [];
  for (let attempt = 0; attempt < 60 && !isEnough(received); attempt++) {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      received.push(JSON.parse(Body));
      await aws.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    if (Messages.length === 0) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return received;
}

/** A stream, once its shards are there. */
export async function addStream(aws: Aws, StreamName: string, ShardCount: number): Promise<void> {
  await aws.kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  await waitUntilStreamExists({ client: aws.kinesis, maxWaitTime: 30, minDelay: 1 }, { StreamName });
}

/** A consumer of enhanced fan-out. */
export async function addConsumer(aws: Aws, StreamName: string, ConsumerName: string): Promise<void> {
  const { StreamDescriptionSummary } = await aws.kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName }),
  );
  const { StreamARN } = StreamDescriptionSummary ?? {};
  await aws.kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }));
}

/** A queue with so many messages of each kind. Returns its URL. */
export async function addQueue(aws: Aws, name: string, depth: Depth): Promise<string> {
  const { QueueUrl = '' } = await aws.sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      ...(name.endsWith('.fifo') && { Attributes: { FifoQueue: 'true' } }),
    }),
  );
  await send(aws, QueueUrl, depth.visible + depth.inFlight, 0);
  await send(aws, QueueUrl, depth.delayed, 600);
  let taken = 0;
  while (taken < depth.inFlight) {
    const MaxNumberOfMessages = Math.min(10, depth.inFlight - taken);
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, VisibilityTimeout: 600 }),
    );
    if (Messages.length === 0) throw new Error(`${name} hands out ${taken} of ${depth.inFlight} messages.`);
    taken += Messages.length;
  }
  return QueueUrl;
}

/** Messages of no interest, ten a call. */
export async function send(aws: Aws, QueueUrl: string, count: number, DelaySeconds: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, index) => ({
      Id: String(index),
      MessageBody: 'job',
      DelaySeconds,
    }));
    await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}
