import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type EventPattern, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acceptQueueFindings } from './findings.ts';
import { WeirFunction } from './weir-function.ts';

const observeTimeout = Duration.seconds(30);

export type ObservingProps = {
  readonly table: Table;
  readonly deadLetters: Queue;
  readonly logRetention: RetentionDays;
};

/**
 * What ECS tells of the tasks and deployments of services, for the next tick. The events do not say which services Weir
 * manages, so that those of all services of the account come here: as few as a pattern lets through, and in
 * batches. A thousand starts of tasks that Weir does not manage cost a tenth of a cent, nearly all of it for the
 * requests to the queue and the reads that find nothing.
 */
export class Observing extends Construct {
  readonly observe: WeirFunction;

  constructor(scope: Construct, id: string, { table, deadLetters, logRetention }: ObservingProps) {
    super(scope, id);
    const events = new Queue(this, 'Events', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // What is older than an hour says nothing of what goes on now.
      retentionPeriod: Duration.hours(1),
      visibilityTimeout: observeTimeout.plus(Duration.seconds(15)),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 3 },
    });
    acceptQueueFindings(events);
    this.observe = new WeirFunction(this, 'Observe', {
      name: 'observe',
      description: 'Weir: learns from what ECS tells of tasks and deployments',
      environment: { TABLE_NAME: table.tableName },
      memoryMb: 256,
      timeout: observeTimeout,
      logRetention,
      permissions: [
        { actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], resources: [table.tableArn] },
        {
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          resources: [events.queueArn],
        },
      ],
    });
    new EventSourceMapping(this, 'EventsToObserve', {
      target: this.observe,
      eventSourceArn: events.queueArn,
      // A step brings many tasks within seconds: together they are one write, and a tick has time.
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(10),
      // More at once would only meet at the same services.
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    });
    for (const [name, { description, pattern }] of Object.entries(watched)) {
      new Rule(this, name, {
        description,
        eventPattern: { source: ['aws.ecs'], ...pattern },
        targets: [new SqsQueue(events, { retryAttempts: 3, maxEventAge: Duration.minutes(10) })],
      });
    }
  }
}

/** What matters of a service's tasks, of its scheduler and of its deployments: control/ecs-events.ts reads these. */
const watched: Readonly<Record<string, { readonly description: string; readonly pattern: EventPattern }>> = {
  TaskStarted: {
    description: 'A task of a service runs.',
    pattern: {
      detailType: ['ECS Task State Change'],
      detail: {
        group: Match.prefix('service:'),
        lastStatus: ['RUNNING'],
        // Without those on their way out, which are told of as well.
        desiredStatus: ['RUNNING'],
      },
    },
  },
  TaskFailed: {
    description: 'A task of a service has stopped by itself.',
    pattern: {
      detailType: ['ECS Task State Change'],
      detail: {
        group: Match.prefix('service:'),
        lastStatus: ['STOPPED'],
        $or: [
          { stopCode: ['EssentialContainerExited', 'TaskFailedToStart'] },
          { stoppedReason: Match.prefix('Task failed ') },
        ],
      },
    },
  },
  SchedulerSays: {
    description: 'The scheduler of ECS cannot start or place tasks of a service, or has all of them.',
    pattern: {
      detailType: ['ECS Service Action'],
      detail: {
        eventName: [
          'SERVICE_STEADY_STATE',
          'SERVICE_TASK_START_IMPAIRED',
          'SERVICE_TASK_PLACEMENT_FAILURE',
          'SERVICE_TASK_CONFIGURATION_FAILURE',
        ],
      },
    },
  },
  DeploymentEnded: {
    description: 'A deployment of a service has failed or is complete.',
    pattern: {
      detailType: ['ECS Deployment State Change'],
      detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED', 'SERVICE_DEPLOYMENT_COMPLETED'] },
    },
  },
};
