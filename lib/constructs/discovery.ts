import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Fleet } from '../config/fleet.ts';
import { tagPrefix } from '../contract/tags.ts';
import { describeServices, readServiceTags } from './ecs-permissions.ts';
import { runEvery } from './schedule.ts';
import { registrationsIndexArn } from './table.ts';
import { arnOf, WeirFunction } from './weir-function.ts';

export type DiscoveryProps = {
  readonly table: Table;
  readonly fleet: Fleet;
  readonly logRetention: RetentionDays;
};

/**
 * Finds the services that carry the management tag: at once when a tag changes, and every ten minutes
 * whatever comes.
 */
export class Discovery extends Construct {
  readonly discover: WeirFunction;

  constructor(scope: Construct, id: string, { table, fleet, logRetention }: DiscoveryProps) {
    super(scope, id);
    this.discover = new WeirFunction(this, 'Discover', {
      name: 'discover',
      description: 'Weir: finds tagged services and registers, rejects or retires them',
      environment: { TABLE_NAME: table.tableName, FLEET: JSON.stringify(fleet) },
      memoryMb: 256,
      // A thousand services, ten at once, each with two calls or three; half of the ten minutes until the next
      // run.
      timeout: Duration.minutes(5),
      logRetention,
      permissions: [
        { actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], resources: [table.tableArn] },
        { actions: ['dynamodb:Query'], resources: [registrationsIndexArn(table)] },
        describeServices,
        readServiceTags,
        {
          actions: ['tag:GetResources'],
          resources: ['*'],
          wildcardBecause:
            'The Tagging API has no resources: IAM offers no narrower permission to list by tag.',
        },
        {
          actions: ['application-autoscaling:DescribeScalableTargets'],
          resources: ['*'],
          wildcardBecause: 'Application Auto Scaling has no resources to name when its targets are listed.',
        },
        {
          // A consumer's ARN is that of its stream, /consumer/ and more.
          actions: ['kinesis:DescribeStreamSummary', 'kinesis:DescribeStreamConsumer'],
          resources: [arnOf('kinesis', 'stream/*')],
          wildcardBecause: 'Which stream a service reads is known from its tag, after the deployment.',
        },
        {
          actions: ['sqs:GetQueueUrl'],
          resources: [arnOf('sqs', '*')],
          wildcardBecause: 'Which queue a service reads is known from its tag, after the deployment.',
        },
      ],
    });

    runEvery(this, 'Every10Minutes', {
      every: Duration.minutes(10),
      run: this.discover,
      description: 'Weir looks for tagged services.',
    });
    new Rule(this, 'TagChange', {
      description: 'A tag of Weir has changed on an ECS service.',
      eventPattern: {
        source: ['aws.tag'],
        detailType: ['Tag Change on Resource'],
        detail: {
          service: ['ecs'],
          'resource-type': ['service'],
          'changed-tag-keys': Match.prefix(tagPrefix),
        },
      },
      // What is not delivered within ten minutes has been found by the schedule.
      targets: [new LambdaFunction(this.discover, { retryAttempts: 3, maxEventAge: Duration.minutes(10) })],
    });
  }
}
