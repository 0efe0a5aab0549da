import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Statistic } from '@aws-sdk/client-cloudwatch';
import * as clients from '../../lib/adapters/clients.ts';
import { createTableClient } from '../../lib/adapters/table-client.ts';
import type { MetricQuery } from '../../lib/control/ports.ts';
import type { SimulatedWorld } from '../../lib/simulator/world.ts';
import type { Billed } from './prices.ts';
import { type CountingTable, createCountingTable, type StoredItem } from './table.ts';

/** What was asked of AWS: requests by API, and what of it is billed. */
export type Usage = {
  readonly calls: Map<string, number>;
  readonly billed: Map<Billed, number>;
};

export const createUsage = (): Usage => ({ calls: new Map(), billed: new Map() });

export function add<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

type Stack = ReturnType<typeof clients.createSqsClient>['middlewareStack'];
type MetricDataInput = {
  readonly StartTime: Date;
  readonly MetricDataQueries: readonly {
    readonly Id: string;
    readonly MetricStat: {
      readonly Metric: { readonly Namespace: string; readonly MetricName: string };
      readonly Period: number;
      readonly Stat: Statistic;
    };
  }[];
};

const account = '111122223333';
export const options = { region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export const nameOf = (index: number) => `orders-${index}`;

/**
 * AWS in memory behind the real SDK clients: each request is counted where the client would turn it into HTTP, and
 * answered. Every service is the one of the simulated world; what they decide takes effect when `settle` is called, so
 * that all of them see the same.
 */
export function createCountedAws(world: SimulatedWorld) {
  const state = {
    usage: createUsage(),
    latencyMilliseconds: 0,
    services: 0,
    decidedTasks: undefined as number | undefined,
  };
  const outboxes: StoredItem[] = [];
  const messages: { readonly body: string; readonly atSeconds: number }[] = [];
  const bill = (what: Billed, by: number) => add(state.usage.billed, what, by);
  const table = createCountingTable({
    read: (units) => bill('readUnits', units),
    write: (units) => bill('writeUnits', units),
    written: (item) => {
      if ('outbox' in item) outboxes.push(item);
    },
  });

  const ecs = {
    DescribeServicesCommand: ({ services }: { services: string[] }) => ({
      services: services.map((name) => describe(world, name)),
    }),
    UpdateServiceCommand: ({ desiredCount }: { desiredCount: number }) => {
      state.decidedTasks = desiredCount;
      return {};
    },
  };
  const sqs = {
    SendMessageBatchCommand: ({ Entries }: { Entries: SendEntry[] }) => {
      bill('sqsRequests', 1);
      for (const { MessageBody: body, DelaySeconds } of Entries) {
        messages.push({ body, atSeconds: world.clock.nowSeconds() + DelaySeconds });
      }
      // The client checks what SQS says to have got.
      return {
        Successful: Entries.map(({ Id, MessageBody }) => ({ Id, MD5OfMessageBody: md5(MessageBody) })),
      };
    },
  };
  const eventBridge = {
    PutEventsCommand: ({ Entries }: { Entries: { Detail: string }[] }) => {
      bill(
        'events',
        Entries.reduce((sum, it) => sum + Math.ceil(it.Detail.length / 65_536), 0),
      );
      return { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: String(index) })) };
    },
  };
  const cloudWatch = {
    GetMetricDataCommand: async ({ MetricDataQueries, StartTime }: MetricDataInput) => {
      // Up to five statistics of one metric in one request are billed as one.
      bill(
        'metricsRequested',
        new Set(MetricDataQueries.map((it) => JSON.stringify(it.MetricStat.Metric))).size,
      );
      const sinceSeconds = StartTime.getTime() / 1000;
      return {
        MetricDataResults: await Promise.all(MetricDataQueries.map((it) => read(world, it, sinceSeconds))),
      };
    },
  };
  // Nobody else scales them.
  const scaling = { DescribeScalableTargetsCommand: () => ({ ScalableTargets: [] }) };
  const kinesis = {
    DescribeStreamSummaryCommand: () => ({
      StreamDescriptionSummary: {
        StreamARN: 'arn:aws:kinesis:eu-central-1:111122223333:stream/orders',
        StreamStatus: 'ACTIVE',
        OpenShardCount: world.scenario.partitions,
      },
    }),
  };
  const tagging = {
    GetResourcesCommand: ({ PaginationToken }: { PaginationToken?: string }) => {
      const from = Number(PaginationToken ?? 0);
      const until = Math.min(state.services, from + 100);
      return {
        ResourceTagMappingList: Array.from({ length: until - from }, (_, index) => ({
          ResourceARN: `arn:aws:ecs:us-east-1:${account}:service/main/${nameOf(from + index)}`,
        })),
        PaginationToken: until < state.services ? String(until) : '',
      };
    },
  };

  const answered = <C extends HasStack>(client: C, service: string, answers: Answers): C =>
    answerWith(client, answers, async (command) => {
      add(state.usage.calls, `${service} ${command.replace(/Command$/, '')}`);
      if (state.latencyMilliseconds > 0) await sleep(state.latencyMilliseconds);
    });

  const reads = answered(clients.createEcsClient(options), 'ECS', ecs);
  return {
    clients: {
      table: answered(createTableClient(options), 'DynamoDB', table.answers),
      reads,
      writes: answered(clients.createEcsClientWithoutRetries(options), 'ECS', ecs),
      sqs: answered(clients.createSqsClient(options), 'SQS', sqs),
      eventBridge: answered(clients.createEventBridgeClient(options), 'EventBridge', eventBridge),
      cloudWatch: answered(clients.createCloudWatchClient(options), 'CloudWatch', cloudWatch),
      kinesis: answered(clients.createKinesisClient(options), 'Kinesis', kinesis),
      scaling: answered(
        clients.createApplicationAutoScalingClient(options),
        'Application Auto Scaling',
        scaling,
      ),
      tagging: answered(clients.createTaggingClient(options), 'Tagging', tagging),
    },
    table,
    /** Counts from here on, and hands out what was counted before. */
    take: (): Usage => {
      const { usage } = state;
      state.usage = createUsage();
      return usage;
    },
    bill,
    /** From here on there are so many tagged services. */
    serve: (services: number) => {
      state.services = services;
    },
    /** How long every answer takes from here on. */
    answerAfter: (milliseconds: number) => {
      state.latencyMilliseconds = milliseconds;
    },
    /** Messages whose delay is over. */
    due: () => {
      const now = world.clock.nowSeconds();
      const ready = messages.filter((it) => it.atSeconds <= now);
      messages.splice(0, messages.length, ...messages.filter((it) => it.atSeconds > now));
      return ready.map((it) => it.body);
    },
    /** Items that were written with an outbox since the last call, as the table's stream has them. */
    streamed: () => outboxes.splice(0),
    settle: () => {
      if (state.decidedTasks !== undefined) {
        world.services.update(world.service, { desiredTasks: state.decidedTasks });
      }
      state.decidedTasks = undefined;
    },
  };
}

type HasStack = { readonly middlewareStack: unknown };
type Answers = Readonly<Record<string, (input: never) => unknown>>;

/** Ends every request of a client where it would become HTTP; `told` hears of each before it is answered. */
export function answerWith<C extends HasStack>(
  client: C,
  answers: Answers,
  told: (command: string) => Promise<void> = async () => {},
): C {
  (client.middlewareStack as Stack).add(
    (_next, context) => async (args) => {
      const command = String(context['commandName']);
      await told(command);
      const answer = answers[command];
      if (answer === undefined) throw new Error(`${command} has no answer in test/bench/aws.ts`);
      const output = { $metadata: {}, ...((await answer(args.input as never)) as object) };
      return { response: {}, output: output as never };
    },
    { step: 'serialize', priority: 'high', name: 'answered' },
  );
  return client;
}

/** The client of a table that is answered by this one. */
export const createTableClientOver = (table: CountingTable) =>
  answerWith(createTableClient(options), table.answers);

export type CountedAws = ReturnType<typeof createCountedAws>;

type SendEntry = { readonly Id: string; readonly MessageBody: string; readonly DelaySeconds: number };

function describe(world: SimulatedWorld, serviceName: string) {
  const found = world.services.get(world.service);
  if (found.kind === 'gone') throw new Error('the service has left the simulated world');
  const { observation } = found;
  const tags = { ...world.tags, 'weir:source': `kinesis/${serviceName}` };
  return {
    serviceName,
    status: 'ACTIVE',
    desiredCount: observation.desiredTasks,
    runningCount: observation.runningTasks,
    pendingCount: observation.pendingTasks,
    schedulingStrategy: 'REPLICA',
    taskDefinition: `arn:aws:ecs:us-east-1:${account}:task-definition/${observation.revision}`,
    deployments: [{ id: 'ecs-svc/9223370564341623665', status: 'PRIMARY', rolloutState: 'COMPLETED' }],
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
}

async function read(
  world: SimulatedWorld,
  { Id, MetricStat }: MetricDataInput['MetricDataQueries'][number],
  sinceSeconds: number,
) {
  const { Metric, Period, Stat } = MetricStat;
  const [cluster = '', service = ''] = world.service.split('/');
  const reading = await world.metrics.read({
    namespace: Metric.Namespace,
    metricName: Metric.MetricName,
    dimensions:
      Metric.Namespace === 'AWS/Kinesis'
        ? { StreamName: service }
        : { ClusterName: cluster, ServiceName: service },
    statistic: Stat as MetricQuery['statistic'],
    periodSeconds: Period,
    sinceSeconds,
  });
  const points = reading.kind === 'read' ? reading.points : [];
  return {
    Id,
    StatusCode: 'Complete',
    Timestamps: points.map((it) => new Date((it.atSeconds - Period) * 1000)),
    Values: points.map((it) => it.value),
  };
}
