import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
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

/** What a queue hands out, until `count` messages are there or half a minute is over. */
export async function bodies(aws: Aws, QueueUrl: string, count: number): Promise<unknown[]> {
  const received: unknown[] = [];
  for (let attempt = 0; attempt < 60 && received.length < count; attempt++) {
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
