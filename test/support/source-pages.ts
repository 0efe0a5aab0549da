import type { RegisteredSource } from '../../lib/config/registration.ts';

/** A test, by its file and a part of its name. */
export type Shown = { readonly file: string; readonly title: string };

/** What docs/sources.md says of a source beside what is measured of it. */
export type SourcePage = {
  readonly heading: string;
  readonly opening: string;
  readonly sources?: readonly RegisteredSource[];
  readonly more?: readonly (string | { readonly example: string })[];
  readonly derived: string;
  readonly needs: string;
  readonly missing: readonly {
    readonly what: string;
    readonly means: string;
    readonly shown: readonly Shown[];
  }[];
};

const levels = 'test/core/levels.test.ts';
const rates = 'test/core/rates.test.ts';
const analyze = 'test/core/analyze.test.ts';
const signals = 'test/core/missing-signals.test.ts';
const incidents = 'test/scenarios/stream-incidents.test.ts';
const kafka = 'test/scenarios/kafka-rebalance.test.ts';
const agents = 'test/scenarios/agents.test.ts';
const several = 'test/core/several.test.ts';
const queues = 'test/scenarios/several-sources.test.ts';
const named = 'test/scenarios/named-metrics.test.ts';
const threshold = 'test/core/threshold-strategy.test.ts';
const shown = (file: string, title: string): Shown => ({ file, title });

const namedMetrics = `const fleet: FleetConfiguration = {
  sources: {
    // weir:source = metrics/activemq
    activemq: {
      backlogRecords: {
        namespace: 'AWS/AmazonMQ',
        metricName: 'QueueSize',
        dimensions: { Broker: 'main-1', Queue: '{service}' },
        statistic: 'Maximum',
      },
      arrivalsPerSecond: {
        namespace: 'AWS/AmazonMQ',
        metricName: 'EnqueueCount',
        dimensions: { Broker: 'main-1', Queue: '{service}' },
        statistic: 'Sum',
      },
    },
    // weir:source = metrics/latency
    latency: {
      p95Ms: {
        namespace: 'AWS/ApplicationELB',
        metricName: 'TargetResponseTime',
        dimensions: { LoadBalancer: 'app/main/50dc6c495c0c9188' },
        statistic: 'p95',
        multiplyBy: 1000,
      },
    },
  },
};`;

const metric = { namespace: 'NAMESPACE', metricName: 'METRIC', statistic: 'Maximum' } as const;

const lostArrivals = {
  what: 'one or two minutes of arrivals',
  means:
    'the mean of their neighbours. Of a longer hole nothing is known, nor of a backlog or rate that reaches across it',
  shown: [
    shown(levels, 'a lost minute takes the mean of its neighbours'),
    shown(levels, 'a longer hole adds nothing'),
    shown(
      rates,
      'no interval over more than three minutes, across a hole in the arrivals, or beyond their end',
    ),
  ],
};

const unreadStream = [
  {
    what: 'lag, while records arrive and tasks have run for five minutes',
    means:
      'nobody reads: the bottleneck `not_reading`. No tasks are added to a consumer that has stopped, and the hold says why',
    shown: [
      shown(analyze, 'records arrive, the tasks run, and there is no iterator age'),
      shown(incidents, 'nobody reads: said, and no tasks are added to a consumer that has stopped'),
    ],
  },
  {
    what: 'lag, while no task runs',
    means: 'as it must be. What has arrived since the last task stopped waits, and wakes the service',
    shown: [
      shown(signals, 'one that no task reads has none'),
      shown(incidents, 'no task at all: a stream that nobody reads has no lag, and is woken by what arrives'),
    ],
  },
];

export const sourcePages: readonly SourcePage[] = [
  {
    heading: 'Kinesis: `kinesis/STREAM`',
    opening:
      'A stream, and the age that Kinesis has for all who call GetRecords on it together: the right one where the service is the only reader.',
    sources: [{ kind: 'kinesis', stream: 'STREAM' }],
    derived:
      "L, from the arrivals within the mean lag, at the middle of each minute; X, from L and λ. A hot partition's share, from how fast its lag grows while the mean stays.",
    needs:
      'nothing that costs: both metrics are of the stream. The partitions are its open shards, which discover looks up every ten minutes; their shares are taken as even until one is seen to be hot.',
    missing: [lostArrivals, ...unreadStream],
  },
  {
    heading: 'Kinesis, a consumer of enhanced fan-out: `kinesis/STREAM/CONSUMER`',
    opening:
      'The same stream, and the lag of one registered consumer, whoever else reads. A consumer that is not registered is rejected.',
    sources: [{ kind: 'kinesis', stream: 'STREAM', consumer: 'CONSUMER' }],
    derived: 'as above.',
    needs: 'a consumer that is registered with the stream (RegisterStreamConsumer).',
    missing: [
      lostArrivals,
      {
        ...unreadStream[0]!,
        what: 'MillisBehindLatest of the consumer, while records arrive and tasks have run for five minutes',
        means: 'nobody reads as this consumer, whoever else reads the stream: `not_reading`',
        shown: [
          shown(
            'test/control/collect.test.ts',
            'a consumer that has stopped is not mistaken for another that reads',
          ),
        ],
      },
    ],
  },
  {
    heading: 'Kinesis, an application of the Kinesis Client Library: `kcl/STREAM/APPLICATION`',
    opening:
      'The same stream, and the lag that the library puts for its whole application, over all shards and workers, in the namespace that has the application’s name. Of an application that reads several streams the lag is that of all of them.',
    sources: [{ kind: 'kinesis', stream: 'STREAM', application: 'APPLICATION' }],
    derived: 'as above.',
    needs:
      'the library from 2.3.10 on, and its metrics not turned off; CloudWatch bills the service for them as custom metrics. Per shard it has RecordsProcessed and more, which Weir does not read: it would pay for a metric of each shard, and the records of aggregated ones are not those that IncomingRecords counts.',
    missing: [
      lostArrivals,
      {
        ...unreadStream[0]!,
        what: 'MillisBehindLatest of the application, while records arrive and tasks have run for five minutes',
        means: 'no worker processes, or the application has another name: `not_reading`',
        shown: [
          shown('test/control/collect.test.ts', 'an application that puts nothing is one that does not read'),
        ],
      },
    ],
  },
  {
    heading: 'SQS: `sqs/QUEUE`',
    opening:
      'The depth is asked of the queue itself, at each tick: it is current, where CloudWatch is minutes behind, and a quarter of an hour after a queue wakes. Delayed messages are no backlog: nobody can receive them yet.',
    sources: [{ kind: 'sqs', queue: 'QUEUE' }],
    derived:
      'the lag, from the arrivals that make up the depth; the measured age is believed where it is current and worse. X, from L and λ.',
    needs: 'nothing. A queue has no partitions, so that nothing but the policy bounds its tasks.',
    missing: [
      {
        what: 'arrivals, of a queue that is empty, at its minimum of tasks',
        means: 'asleep: nothing is needed, and nothing missing',
        shown: [shown(signals, 'a queue that is empty and at its minimum needs nothing')],
      },
      {
        what: 'arrivals, while messages wait',
        means: 'the depth alone says how many tasks clear it; nothing goes in',
        shown: [
          shown(signals, 'the worked number: 9,000 messages, 120 s and 20 a second and task: 4'),
          shown(incidents, 'no task at all: a queue is woken by its depth, while CloudWatch is still asleep'),
        ],
      },
      {
        what: 'depth',
        means: 'unknown, which is not empty',
        shown: [shown(signals, 'isIdleQueue: a depth that is not known is not an empty queue')],
      },
      {
        what: 'age',
        means: 'nothing: it follows from depth and arrivals',
        shown: [shown(rates, 'follows from its depth, at the moment of the tick')],
      },
      lostArrivals,
    ],
  },
  {
    heading: 'MSK: `msk/CLUSTER/TOPIC/GROUP`',
    opening:
      'A topic of Kafka as one group of consumers reads it. MSK looks once a minute, and has nothing to say while the group rebalances, which it does whenever a task comes or goes.',
    sources: [{ kind: 'msk', cluster: 'CLUSTER', topic: 'TOPIC', group: 'GROUP' }],
    derived: 'X, from L and λ; the lag from L and λ where MSK has none.',
    needs:
      '`weir:partitions`, for MSK does not tell them by its metrics; `weir:rebalance`, how long consumption stops when the count changes; and for λ the monitoring level PER_TOPIC_PER_BROKER, without which the service is scaled by steps, and never in.',
    missing: [
      {
        what: 'backlog and lag',
        means:
          'the group rebalances: what was known holds for three minutes, then nothing is done until there is more; what waits meanwhile is not nothing',
        shown: [
          shown(kafka, 'minute by minute: what waits is unknown, which is not nothing'),
          shown(rates, 'a topic whose group rebalances at the end of a minute: nothing then, and no zero'),
        ],
      },
      {
        what: 'backlog and lag, while the same tasks have run for five minutes and a rebalance',
        means: 'the group does not come to rest: `not_reading`',
        shown: [
          shown(analyze, 'a group of Kafka that never comes to rest has no lag'),
          shown(kafka, 'that never comes to rest is told: first the signal, then that nobody reads'),
        ],
      },
      {
        what: 'arrivals, always',
        means: 'the monitoring level is DEFAULT: backlog and lag say when to take a step',
        shown: [
          shown(signals, 'a topic whose rate was never there does without it'),
          shown(kafka, 'where the cluster tells nothing of the topic either, the lag alone says when'),
        ],
      },
      lostArrivals,
    ],
  },
  {
    heading: 'Agents: `agent`',
    opening:
      'What the tasks report themselves, every ten seconds, beside a stream or alone. While they report all that a decision needs it rests on them, for nothing else is as fresh.',
    sources: [{ kind: 'agent' }],
    derived:
      'what waits and how old it is while partitions change hands: from the rates, and from the clock.',
    needs: 'metrics of high resolution in the namespace `Weir/Agent`, by ClusterName and ServiceName.',
    missing: [
      {
        what: 'reports, for more than a minute, beside a stream',
        means: 'the tasks may be dead: CloudWatch is what is believed',
        shown: [
          shown(
            agents,
            'the tasks die, their agents are silent: from the second minute on CloudWatch is what is believed',
          ),
        ],
      },
      {
        what: 'reports, for more than a minute, alone',
        means: 'nothing is scaled in, and it is told',
        shown: [shown(agents, 'and silent: nothing is scaled in, and what is missing is told')],
      },
      {
        what: 'backlog and lag, while partitions change hands',
        means: 'they follow from what comes and goes',
        shown: [
          shown(
            'test/core/agent-flow.test.ts',
            'what waits while partitions change hands follows from what comes and goes',
          ),
        ],
      },
    ],
  },
  {
    heading: 'Any metric of CloudWatch: `metrics/NAME`',
    opening:
      'What CloudWatch has of anything else, by what it means, named once in the configuration of the deployment (`bin/app.ts`). There must be a point each minute. Of what happens, a Sum or a SampleCount is divided by its period where the field is per second; `multiplyBy` makes the field’s unit of the metric’s; `{cluster}` and `{service}` in a dimension stand for those of the service. A source says what waits, with `arrivalsPerSecond` and one of `backlogRecords` and `lagSeconds`; or how the tasks do, with any of the others, beside a stream or alone. The metrics are not looked up: one that does not exist is one that is missing.',
    sources: [
      {
        kind: 'metrics',
        set: 'NAME',
        metrics: { backlogRecords: metric, arrivalsPerSecond: { ...metric, metricName: 'METRIC-2' } },
      },
    ],
    more: [{ example: namedMetrics }],
    derived:
      'with a backlog, the lag from L and λ, as of a queue, unless there is a lag; without, L from the mean of the lag’s metric, as of a stream.',
    needs: '`weir:partitions`, where there are any.',
    missing: [
      {
        what: 'backlog, lag or arrivals',
        means:
          'unknown: nothing is scaled in, and it is told. It is never taken for a consumer that has stopped',
        shown: [shown(named, 'a lag that is not put is unknown, and no consumer that has stopped')],
      },
      {
        what: 'p95 and the like, of a service without a stream, where it was there within the hour',
        means: 'unknown: nothing is scaled in',
        shown: [shown(named, 'scales out for it, however idle its CPU is, and not in while it is lost')],
      },
      {
        what: 'the same, for an hour',
        means: 'there is none, as of a load balancer that nobody calls: CPU and memory decide',
        shown: [shown(named, 'is held at its CPU and memory while nobody calls it')],
      },
      lostArrivals,
    ],
  },
  {
    heading: 'Several of them',
    opening:
      'One service that reads up to five. Its tasks are shared, so what each stream asks of them adds up: λ, X and L are sums, and the lag is that of the worst. What a task can do is learned of the mixture, and follows it when it changes. The evidence of a decision names the one that governs (`worstSource`) and those that say nothing (`silentSources`). Agents report for the service as a whole.',
    sources: [
      { kind: 'sqs', queue: 'HIGH' },
      { kind: 'sqs', queue: 'LOW' },
    ],
    derived:
      'each stream’s L and lag first, as above, then what they are together, at the moments of the one that is known least lately: a queue’s depth is of now, a stream’s of the middle of a minute. As many tasks as the partitions of all together can have work; where one has none, as a queue, nothing but the policy bounds them.',
    needs: 'what each of them needs.',
    missing: [
      {
        what: 'a point of one of them',
        means: 'of the service nothing is known at that moment: missing is not zero',
        shown: [
          shown(several, 'what one of them does not say is not known of the service: missing is not zero'),
          shown(queues, 'a queue of which nothing is heard is not an empty one: nothing is scaled in'),
        ],
      },
      {
        what: 'signals of one, while another is late',
        means: 'that it is late is known: a step out at a time',
        shown: [shown(queues, 'and one that is late is helped all the same, a step at a time')],
      },
      {
        what: 'arrivals of a queue that is empty, for an hour',
        means: 'it is asleep, and adds nothing',
        shown: [
          shown(several, 'is asleep, adds nothing, and that is known'),
          shown(queues, 'one that sleeps holds nothing up: the other is scaled out and in as if alone'),
        ],
      },
      {
        what: 'lag of a stream, while no task runs',
        means: 'as it must be: what arrives in any of them wakes the service',
        shown: [shown(queues, 'is woken by what comes into the stream, of which nobody knows the lag')],
      },
    ],
  },
  {
    heading: 'No source',
    opening:
      'A service that reads nothing, or of which no tag says what, is held at its CPU, memory and, where they are named, latency and throughput (the threshold strategy). Where its monitoring has a resolution of 20 s (`monitoring.metricConfigurations` of the service), `weir:utilization-every` = 20 and `weir:evaluate-every` = 20 make use of it. Of Container Insights nothing is read: DescribeServices has the counts, at once and for nothing, and what its network and storage can bear AWS does not say of a task; its metrics can be named as any other.',
    sources: [],
    derived: 'the pressure: the largest share of its target at which one of them stands.',
    needs: 'at least one task: ECS has no metrics of a service that runs none.',
    missing: [
      {
        what: 'CPU or memory',
        means: 'nothing is scaled in; what is there and high goes out all the same',
        shown: [shown(threshold, 'a signal that is there and high goes out, whatever is missing beside it')],
      },
      {
        what: 'both, of a service that is said to have them every 20 s',
        means: 'its monitoring is not set so: held, and told',
        shown: [
          shown(
            threshold,
            'a service that does not have them has none at all: missing, and nothing is scaled in',
          ),
        ],
      },
    ],
  },
];
