import { Duration, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { describeServices, readTaskProtection, updateServices } from './ecs-permissions.ts';
import { acceptQueueFindings } from './findings.ts';
import { runEvery } from './schedule.ts';
import { registrationsIndexArn } from './table.ts';
import { arnOf, WeirFunction } from './weir-function.ts';

/**
 * As long as a tick may take. What it has read is too old to act on by then (evidenceSeconds of
 * control/act.ts).
 */
const evaluateTimeout = Duration.seconds(30);

export type LoopProps = {
  readonly table: Table;
  readonly deadLetters: Queue;
  readonly logRetention: RetentionDays;
};

/** Each minute, dispatch sends the ticks of the coming two; evaluate takes each at its slot. */
export class Loop extends Construct {
  readonly dispatch: WeirFunction;
  readonly evaluate: WeirFunction;
  readonly ticks: Queue;
  /** Ticks that evaluate has taken twice and not finished. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { table, deadLetters, logRetention }: LoopProps) {
    super(scope, id);
    this.undelivered = createDeadLetterQueue(this, 'UndeliveredTicks');
    this.ticks = new Queue(this, 'Ticks', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // A tick waits two minutes at most for its slot, in a large fleet most of a minute more, and is dropped
      // once it is older than its cadence. Two turns of the visibility timeout fit beside the wait, so that
      // what crashes evaluate is set aside before it would vanish.
      retentionPeriod: Duration.minutes(5),
      visibilityTimeout: evaluateTimeout.plus(Duration.seconds(15)),
      deadLetterQueue: { queue: this.undelivered, maxReceiveCount: 2 },
    });
    acceptQueueFindings(this.ticks);

    this.dispatch = new WeirFunction(this, 'Dispatch', {
      name: 'dispatch',
      description: 'Weir: sends the services that are due to evaluate',
      environment: { TABLE_NAME: table.tableName, TICK_QUEUE_URL: this.ticks.queueUrl },
      memoryMb: 256,
      timeout: Duration.seconds(30),
      logRetention,
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [table.tableArn] },
        { actions: ['dynamodb:Query'], resources: [registrationsIndexArn(table)] },
        { actions: ['sqs:SendMessage'], resources: [this.ticks.queueArn] },
      ],
    });
    runEvery(this, 'EveryMinute', {
      every: Duration.minutes(1),
      run: this.dispatch,
      description: 'Weir sends the ticks that are due.',
    });

    this.evaluate = new WeirFunction(this, 'Evaluate', {
      name: 'evaluate',
      description: 'Weir: measures services, decides, scales',
      environment: { TABLE_NAME: table.tableName, DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl },
      memoryMb: 512,
      timeout: evaluateTimeout,
      logRetention,
      permissions: [
        {
          actions: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
          resources: [table.tableArn],
        },
        describeServices,
        updateServices,
        ...readTaskProtection,
        {
          actions: ['cloudwatch:GetMetricData'],
          resources: ['*'],
          wildcardBecause: 'IAM offers neither a resource nor a condition for reading metrics.',
        },
        {
          actions: ['sqs:GetQueueAttributes'],
          resources: [arnOf('sqs', '*')],
          wildcardBecause: 'Which queue a service reads is known from its tag, after the deployment.',
        },
        { actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] },
        {
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          resources: [this.ticks.queueArn],
        },
      ],
    });
    new EventSourceMapping(this, 'TicksToEvaluate', {
      target: this.evaluate,
      eventSourceArn: this.ticks.queueArn,
      // A message holds as many services as one GetMetricData call can read: by itself it is work enough, and
      // what crashes with it is no more than that.
      batchSize: 1,
      // A thousand services are some twenty messages; more at once would press on the limits of ECS and
      // CloudWatch.
      maxConcurrency: 10,
      reportBatchItemFailures: true,
    });
  }
}

/** A queue that keeps for two weeks what could not be used. */
export function createDeadLetterQueue(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acceptQueueFindings(queue);
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is a dead-letter queue itself: people read it, and an alarm tells them.',
  });
  return queue;
}
