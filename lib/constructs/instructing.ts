import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { instructionDetailType, instructionSource } from '../contract/instruction.ts';
import { WeirFunction } from './weir-function.ts';

export type InstructingProps = {
  readonly table: Table;
  readonly deadLetters: Queue;
  /** Whoever may put events on it may tell Weir what to do. */
  readonly bus: EventBus;
  readonly logRetention: RetentionDays;
};

/** Takes what people tell Weir: approve, reject, pause, resume, override. */
export class Instructing extends Construct {
  readonly instruct: WeirFunction;

  constructor(scope: Construct, id: string, { table, deadLetters, bus, logRetention }: InstructingProps) {
    super(scope, id);
    this.instruct = new WeirFunction(this, 'Instruct', {
      name: 'instruct',
      description: 'Weir: takes what people tell it of a service',
      environment: { TABLE_NAME: table.tableName, DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl },
      memoryMb: 256,
      timeout: Duration.seconds(30),
      logRetention,
      permissions: [
        { actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'], resources: [table.tableArn] },
        { actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] },
      ],
    });
    new Rule(this, 'Instruction', {
      eventBus: bus,
      description: 'A person tells Weir what to do with a service.',
      eventPattern: { source: [instructionSource], detailType: [instructionDetailType] },
      targets: [
        new LambdaFunction(this.instruct, {
          retryAttempts: 3,
          maxEventAge: Duration.minutes(10),
          deadLetterQueue: deadLetters,
        }),
      ],
    });
  }
}
