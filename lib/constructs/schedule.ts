import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';

export type EveryProps = {
  readonly every: Duration;
  readonly run: LambdaFunction;
  readonly description: string;
};

/**
 * Runs a function at a fixed rate, never twice for one turn: the next turn is the retry. The target is
 * written out here because the one of aws-scheduler-targets lets Scheduler invoke every version of the
 * function, too.
 */
export function runEvery(scope: Construct, id: string, { every, run, description }: EveryProps): Schedule {
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
    description: `Lets Scheduler run a function of Weir. ${description}`,
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [run.functionArn],
    }),
  );
  // Scheduler hands the turn to Lambda, which would run it again by itself.
  run.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  const retryPolicy = { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 };
  return new Schedule(scope, id, {
    description,
    schedule: ScheduleExpression.rate(every),
    timeWindow: TimeWindow.off(),
    target: { bind: () => ({ arn: run.functionArn, role, retryPolicy }) },
  });
}
