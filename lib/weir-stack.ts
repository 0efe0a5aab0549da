import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Weir, type WeirProps } from './constructs/weir.ts';

export type WeirStackProps = StackProps &
  Pick<WeirProps, 'fleet' | 'logRetention'> & {
    /** An SNS topic that is told of alarms. */
    readonly alarmTopicArn?: string;
  };

/** Weir in a stack of its own, with the names that people need to work with it as outputs. */
export class WeirStack extends Stack {
  constructor(scope: Construct, id: string, props: WeirStackProps = {}) {
    const { fleet, logRetention, alarmTopicArn, ...stackProps } = props;
    super(scope, id, { description: 'Weir, an autoscaler for stream services on Amazon ECS', ...stackProps });
    const weir = new Weir(this, 'Weir', {
      ...(fleet && { fleet }),
      ...(logRetention && { logRetention }),
      ...(alarmTopicArn && { alarmTopic: Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn) }),
    });
    const { discovery, loop, learning, observing, news } = weir;
    const outputs = {
      EventBusName: weir.bus.eventBusName,
      EventBusArn: weir.bus.eventBusArn,
      TableName: weir.table.tableName,
      TickQueueUrl: loop.ticks.queueUrl,
      UndeliveredTicksUrl: loop.undelivered.queueUrl,
      DeadLettersUrl: weir.deadLetters.queueUrl,
      DiscoverFunction: discovery.discover.functionName,
      DispatchFunction: loop.dispatch.functionName,
      EvaluateFunction: loop.evaluate.functionName,
      InstructFunction: weir.instructing.instruct.functionName,
      LearnFunction: learning.learn.functionName,
      ObserveFunction: observing.observe.functionName,
      PublishFunction: news.publish.functionName,
      DiscoverLogGroup: discovery.discover.logGroup.logGroupName,
      DispatchLogGroup: loop.dispatch.logGroup.logGroupName,
      EvaluateLogGroup: loop.evaluate.logGroup.logGroupName,
      InstructLogGroup: weir.instructing.instruct.logGroup.logGroupName,
      LearnLogGroup: learning.learn.logGroup.logGroupName,
      ObserveLogGroup: observing.observe.logGroup.logGroupName,
      PublishLogGroup: news.publish.logGroup.logGroupName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
