import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { WeirFunction } from './weir-function.ts';

export type NewsProps = {
  readonly table: Table;
  readonly deadLetters: Queue;
  readonly eventBusName: string;
  readonly logRetention: RetentionDays;
};

/**
 * Weir's own bus, and publish, which carries events there from the outboxes of the items that the table's
 * stream tells of.
 */
export class News extends Construct {
  readonly bus: EventBus;
  readonly publish: WeirFunction;

  constructor(scope: Construct, id: string, props: NewsProps) {
    super(scope, id);
    const { table, deadLetters, eventBusName, logRetention } = props;
    const { tableStreamArn } = table;
    if (tableStreamArn === undefined) throw new TypeError('The table needs a stream: events come from it.');
    this.bus = new EventBus(this, 'Bus', { eventBusName, description: 'What Weir sees, decides and does.' });
    this.publish = new WeirFunction(this, 'Publish', {
      name: 'publish',
      description: "Weir: puts the events of the table's stream on the bus",
      environment: { EVENT_BUS_NAME: this.bus.eventBusName, DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl },
      memoryMb: 256,
      timeout: Duration.minutes(2),
      logRetention,
      permissions: [
        { actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] },
        { actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] },
        {
          actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          resources: [tableStreamArn],
        },
        {
          actions: ['dynamodb:ListStreams'],
          resources: [`${table.tableArn}/stream/*`],
          wildcardBecause:
            "Lambda's poller lists the streams of the table, by whatever moment they are named.",
        },
      ],
    });
    new EventSourceMapping(this, 'StreamToPublish', {
      target: this.publish,
      eventSourceArn: tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      // An item has an outbox only when there is something to tell: the other writes, nearly all, cost no
      // invocation.
      filters: [FilterCriteria.filter({ dynamodb: { NewImage: { outbox: { S: FilterRule.exists() } } } })],
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // Both bounds lie behind publish's own: after ten minutes (giveUpSeconds of control/relay.ts) it keeps
      // the event itself among the dead letters. Here remains what crashes it, of which Lambda keeps no more
      // than a pointer.
      retryAttempts: 1000,
      maxRecordAge: Duration.minutes(30),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
  }
}
