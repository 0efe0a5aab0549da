import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { runEvery } from './schedule.ts';
import { registrationsIndexArn } from './table.ts';
import { WeirFunction } from './weir-function.ts';

export type LearningProps = {
  readonly table: Table;
  readonly logRetention: RetentionDays;
};

/** Each hour, learn reads the services' histories and keeps what passes its own backtest. */
export class Learning extends Construct {
  readonly learn: WeirFunction;

  constructor(scope: Construct, id: string, { table, logRetention }: LearningProps) {
    super(scope, id);
    this.learn = new WeirFunction(this, 'Learn', {
      name: 'learn',
      description: 'Weir: learns how the load of each service moves through the day and the week',
      environment: { TABLE_NAME: table.tableName },
      // It computes rather than waits: a whole processor takes a third of the time, at the same price.
      memoryMb: 1769,
      // A minute more than learn itself allows for (runSeconds of control/learn.ts).
      timeout: Duration.minutes(5),
      logRetention,
      permissions: [
        { actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], resources: [table.tableArn] },
        { actions: ['dynamodb:Query'], resources: [registrationsIndexArn(table)] },
        {
          actions: ['cloudwatch:GetMetricData'],
          resources: ['*'],
          wildcardBecause: 'IAM offers neither a resource nor a condition for reading metrics.',
        },
      ],
    });
    runEvery(this, 'EveryHour', {
      every: Duration.hours(1),
      run: this.learn,
      description: "Weir learns from the services' histories.",
    });
  }
}
