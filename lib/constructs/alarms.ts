import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Loop } from './loop.ts';

export type AlarmsProps = {
  readonly discover: IFunction;
  readonly observe: IFunction;
  readonly publish: IFunction;
  readonly loop: Loop;
  readonly deadLetters: IQueue;
  /** Who is told; without it an alarm is only seen. */
  readonly topic?: ITopic;
};

type Rule = {
  /** A section of docs/runbook.md. */
  readonly section: string;
  readonly meaning: string;
  readonly metric: IMetric;
  /** From this on, or below it. */
  readonly threshold: number;
  readonly alarmsBelow?: true;
  readonly periods: number;
  /** What no data means; most metrics have none while all is well. */
  readonly missing?: TreatMissingData;
};

/** The metrics that Weir writes of itself (adapters/powertools.ts), for the whole fleet. */
const ownMetric = (metricName: string, period: Duration) =>
  new Metric({
    namespace: 'Weir',
    metricName,
    dimensionsMap: { service: 'weir' },
    statistic: 'Sum',
    period,
  });

/**
 * Few, for each costs money each month, and each is a reason to get up: docs/runbook.md says what to do about
 * it.
 */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { topic, ...watched }: AlarmsProps) {
    super(scope, id);
    for (const [name, rule] of Object.entries(rulesOf(watched))) {
      const alarm = new Alarm(this, name, {
        alarmDescription: `${rule.meaning} What to do: docs/runbook.md#${rule.section}`,
        metric: rule.metric,
        threshold: rule.threshold,
        comparisonOperator: rule.alarmsBelow
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: rule.periods,
        treatMissingData: rule.missing ?? TreatMissingData.NOT_BREACHING,
      });
      if (topic !== undefined) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
    }
  }
}

function rulesOf({
  discover,
  observe,
  publish,
  loop,
  deadLetters,
}: Omit<AlarmsProps, 'topic'>): Record<string, Rule> {
  const minutes = Duration.minutes;
  const errors = (run: IFunction, period: Duration) => run.metricErrors({ statistic: 'Sum', period });
  const letters = (queue: IQueue) =>
    queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: minutes(5) });
  return {
    DiscoverErrors: {
      section: 'discover-fails',
      meaning: 'Two runs of discover failed within half an hour.',
      metric: errors(discover, minutes(30)),
      threshold: 2,
      periods: 1,
    },
    DispatchErrors: {
      section: 'dispatch-fails',
      meaning: 'Three runs of dispatch failed within five minutes: ticks are missing.',
      metric: errors(loop.dispatch, minutes(5)),
      threshold: 3,
      periods: 1,
    },
    EvaluateErrors: {
      section: 'evaluate-fails',
      meaning: 'Three runs of evaluate failed whole within five minutes.',
      metric: errors(loop.evaluate, minutes(5)),
      threshold: 3,
      periods: 1,
    },
    ObserveErrors: {
      section: 'observe-fails',
      meaning: 'Three runs of observe failed whole within a quarter of an hour.',
      metric: errors(observe, minutes(15)),
      threshold: 3,
      periods: 1,
    },
    PublishErrors: {
      section: 'publish-fails',
      meaning: 'Three runs of publish failed whole within five minutes.',
      metric: errors(publish, minutes(5)),
      threshold: 3,
      periods: 1,
    },
    FailingServices: {
      section: 'services-fail',
      meaning: 'For a quarter of an hour some services could not be evaluated, looked at or scaled.',
      metric: ownMetric('failures', minutes(5)),
      threshold: 3,
      periods: 3,
    },
    DispatchSilent: {
      section: 'dispatch-is-silent',
      meaning: 'Dispatch has not been run for five minutes: nothing is evaluated.',
      metric: loop.dispatch.metricInvocations({ statistic: 'Sum', period: minutes(5) }),
      threshold: 1,
      alarmsBelow: true,
      periods: 1,
      // A function that is never run has no metric at all.
      missing: TreatMissingData.BREACHING,
    },
    LastTick: {
      section: 'last-tick-is-old',
      meaning: 'Ticks are sent, and for a quarter of an hour none has been evaluated.',
      // A fleet without services sends no ticks: there is no data, and that is no alarm. Where ticks are sent
      // and evaluate writes nothing, IF takes each point that is missing as 0 ("Using IF expressions" in
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
      metric: new MathExpression({
        expression: 'IF(sent > 0, ticks, 1)',
        usingMetrics: {
          sent: loop.ticks.metricNumberOfMessagesSent({ statistic: 'Sum' }),
          ticks: ownMetric('ticks', minutes(5)),
        },
        label: 'Ticks evaluated where some were sent',
        period: minutes(5),
      }),
      threshold: 1,
      alarmsBelow: true,
      periods: 3,
    },
    OldestTick: {
      section: 'ticks-wait',
      meaning:
        'Ticks have waited for half a minute beyond their turn, three minutes long: evaluate does not keep up.',
      // Age counts from the sending, up to two minutes before the slot, and in a large fleet a tick's turn comes up to
      // 54 s after that; after five minutes a tick vanishes.
      metric: loop.ticks.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: minutes(1) }),
      threshold: 210,
      periods: 3,
    },
    UndeliveredTicks: {
      section: 'undelivered-ticks',
      meaning: 'A tick was taken by evaluate twice and never finished.',
      metric: letters(loop.undelivered),
      threshold: 1,
      periods: 1,
    },
    DeadLetters: {
      section: 'dead-letters',
      meaning: 'A message or an event could not be used and is kept.',
      metric: letters(deadLetters),
      threshold: 1,
      periods: 1,
    },
    PublishBehind: {
      section: 'publish-is-behind',
      meaning: 'Events reach the bus more than five minutes late.',
      metric: publish.metric('IteratorAge', { statistic: 'Maximum', period: minutes(1) }),
      threshold: 300_000,
      periods: 3,
    },
  };
}
