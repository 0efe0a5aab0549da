import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { parseFleet } from '../config/fleet.ts';
import type { MetricSet } from '../config/metric-sets.ts';
import type { PolicyOverrides } from '../config/policy.ts';
import { Alarms } from './alarms.ts';
import { Discovery } from './discovery.ts';
import { Instructing } from './instructing.ts';
import { Learning } from './learning.ts';
import { createDeadLetterQueue, Loop } from './loop.ts';
import { News } from './news.ts';
import { Observing } from './observing.ts';
import { createTable } from './table.ts';

/** As a person writes it. */
export type FleetConfiguration = {
  /**
   * Policies by name, each only with what differs from the defaults. The tag `weir:policy` on a service names
   * one.
   */
  readonly policies?: Readonly<Record<string, PolicyOverrides>>;
  /** Metrics of CloudWatch by what they mean, by the name that `metrics/NAME` in `weir:source` has. */
  readonly sources?: Readonly<Record<string, MetricSet>>;
};

export type WeirProps = {
  readonly fleet?: FleetConfiguration;
  /** Alarms, and their end, are told here. */
  readonly alarmTopic?: ITopic;
  /** Name of the bus that Weir's events are on. */
  readonly eventBusName?: string;
  /** How long the logs of the functions are kept: a month, unless given. */
  readonly logRetention?: RetentionDays;
};

/**
 * Weir, whole: one for an account and Region. It manages the ECS services there that carry the tag
 * `weir:managed`.
 * @throws ConfigurationError when the fleet configuration is wrong, naming each field, what it was and what
 * would be right.
 */
export class Weir extends Construct {
  readonly bus: EventBus;
  readonly table: Table;
  readonly discovery: Discovery;
  readonly loop: Loop;
  readonly learning: Learning;
  readonly observing: Observing;
  readonly news: News;
  readonly instructing: Instructing;
  /**
   * What could not be read or told: ticks that evaluate refused, events of ECS that observe could not keep,
   * events that the bus did not take.
   */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WeirProps = {}) {
    super(scope, id);
    const { alarmTopic: topic, eventBusName = 'weir', logRetention = RetentionDays.ONE_MONTH } = props;
    const fleet = parseFleet(props.fleet ?? {});
    const table = createTable(this);
    const deadLetters = createDeadLetterQueue(this, 'DeadLetters');
    this.table = table;
    this.deadLetters = deadLetters;
    this.discovery = new Discovery(this, 'Discovery', { table, fleet, logRetention });
    this.loop = new Loop(this, 'Loop', { table, deadLetters, logRetention });
    this.learning = new Learning(this, 'Learning', { table, logRetention });
    this.observing = new Observing(this, 'Observing', { table, deadLetters, logRetention });
    this.news = new News(this, 'News', { table, deadLetters, eventBusName, logRetention });
    this.bus = this.news.bus;
    this.instructing = new Instructing(this, 'Instructing', {
      table,
      deadLetters,
      bus: this.bus,
      logRetention,
    });
    new Alarms(this, 'Alarms', {
      discover: this.discovery.discover,
      observe: this.observing.observe,
      publish: this.news.publish,
      loop: this.loop,
      deadLetters,
      ...(topic && { topic }),
    });
  }
}
