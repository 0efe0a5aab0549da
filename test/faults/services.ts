import type { MemoryMetrics } from '../../lib/adapters/memory/metrics.ts';
import type { MemoryQueues } from '../../lib/adapters/memory/queues.ts';
import type { MemoryServices } from '../../lib/adapters/memory/services.ts';
import { type PolicyOverrides, policySchema } from '../../lib/config/policy.ts';
import type { RegisteredSource, Registration } from '../../lib/config/registration.ts';
import type { Random } from '../../lib/simulator/random.ts';

const cluster = 'main';
const taskRatePerSecond = 100;
const startupSeconds = 60;

/** A service of the campaign: a fluid in steps of a minute, on the twins of ECS, CloudWatch and SQS. */
export type Fluid = {
  readonly registration: Registration;
  /** The minute that ends at `endSeconds`: tasks start, records arrive and are processed, and metrics tell of it. */
  play(endSeconds: number): void;
  lagSeconds(): number;
};

export type Twins = {
  readonly services: MemoryServices;
  readonly metrics: MemoryMetrics;
  readonly queues: MemoryQueues;
};

const kinds = ['kinesis', 'sqs', 'msk', 'none', 'kinesis'] as const;

/** Services of every kind, in every mode that a person may leave Weir alone with. */
export function createFluid(index: number, random: Random, { services, metrics, queues }: Twins): Fluid {
  const name = `s${String(index).padStart(3, '0')}`;
  const service = `${cluster}/${name}`;
  const kind = kinds[index % kinds.length] ?? 'kinesis';
  const queueUrl = `https://sqs.local/1/${name}`;
  const sourceOf: Readonly<Record<typeof kind, readonly RegisteredSource[]>> = {
    kinesis: [{ kind: 'kinesis', stream: name, partitions: 64 }],
    sqs: [{ kind: 'sqs', queue: name, queueUrl }],
    msk: [{ kind: 'msk', cluster, topic: name, group: name, partitions: 64 }],
    none: [],
  };
  const policy: PolicyOverrides = {
    minTasks: kind === 'sqs' && index % 2 === 0 ? 0 : 1 + (index % 3),
    // The most that may come, in a surge at the height of the day, and a third more to catch up with.
    maxTasks: 48 + (index % 5) * 4,
    ...(index % 7 === 3 && { rebalanceSeconds: 20 }),
  };
  const registration: Registration = {
    service,
    mode: index % 10 === 9 ? 'recommend' : 'auto',
    policy: policySchema.parse(policy),
    sources: sourceOf[kind],
  };
  const phase = random() * 2 * Math.PI;
  const baseTasks = 2 + random() * 6;
  let noise = 0;
  let surgeUntilSeconds = 0;
  let surge = 1;
  let backlog = 0;
  let arrivals = 1;
  let desiredBefore = 4;
  let readySeconds = 0;
  services.put(service, {
    observation: {
      desiredTasks: 4,
      runningTasks: 4,
      pendingTasks: 0,
      revision: 'a:1',
      deploying: false,
      deployment: '1',
    },
    tags: { 'weir:managed': registration.mode },
  });

  const rateAt = (seconds: number): number => {
    noise = 0.8 * noise + 0.05 * (random() - 0.5);
    if (seconds > surgeUntilSeconds && random() < 1 / 600) {
      surge = 1 + 2 * random();
      surgeUntilSeconds = seconds + 60 * (10 + 40 * random());
    }
    const season = 1 + 0.5 * Math.sin((2 * Math.PI * seconds) / 86_400 + phase);
    const surging = seconds <= surgeUntilSeconds ? surge : 1;
    return Math.max(0, baseTasks * taskRatePerSecond * season * surging * (1 + noise));
  };

  const publish =
    (namespace: string, metricName: string, dimensions: Record<string, string>, endSeconds: number) =>
    (values: Readonly<Record<string, number>>) =>
      metrics.publish(
        { namespace, metricName, dimensions },
        { endSeconds, periodSeconds: 60, values, visibleAtSeconds: endSeconds + 30 },
      );

  const tell = (
    endSeconds: number,
    lagBefore: number,
    processed: number,
    cpuPercent: number,
    tasks: number,
  ) => {
    const lag = lagOf();
    const ecs = { ClusterName: cluster, ServiceName: name };
    if (tasks > 0) {
      publish('AWS/ECS', 'CPUUtilization', ecs, endSeconds)({ Average: cpuPercent });
      publish('AWS/ECS', 'MemoryUtilization', ecs, endSeconds)({ Average: 40 });
    }
    if (kind === 'kinesis') {
      const stream = { StreamName: name };
      publish('AWS/Kinesis', 'IncomingRecords', stream, endSeconds)({ Sum: 60 * arrivals });
      const milliseconds = { Maximum: 1000 * Math.max(lag, lagBefore), Average: 500 * (lag + lagBefore) };
      if (tasks > 0)
        publish('AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', stream, endSeconds)(milliseconds);
    }
    if (kind === 'sqs') {
      const queue = { QueueName: name };
      queues.set(queueUrl, { visible: Math.round(backlog), inFlight: 0, delayed: 0 });
      publish('AWS/SQS', 'NumberOfMessagesSent', queue, endSeconds)({ Sum: 60 * arrivals });
      publish('AWS/SQS', 'NumberOfMessagesDeleted', queue, endSeconds)({ Sum: 60 * processed });
      publish('AWS/SQS', 'ApproximateAgeOfOldestMessage', queue, endSeconds)({ Maximum: lag });
    }
    if (kind === 'msk') {
      const topic = { 'Cluster Name': cluster, Topic: name };
      const group = { ...topic, 'Consumer Group': name };
      publish('AWS/Kafka', 'SumOffsetLag', group, endSeconds)({ Maximum: backlog, Average: backlog });
      publish('AWS/Kafka', 'EstimatedMaxTimeLag', group, endSeconds)({ Maximum: lag });
      for (const broker of ['1', '2']) {
        publish(
          'AWS/Kafka',
          'MessagesInPerSec',
          { ...topic, 'Broker ID': broker },
          endSeconds,
        )({ Average: arrivals / 2 });
      }
    }
  };

  const lagOf = () => (backlog === 0 ? 0 : backlog / Math.max(1, arrivals));

  return {
    registration,
    lagSeconds: lagOf,
    play: (endSeconds) => {
      const described = services.get(service);
      if (described.kind === 'gone') throw new Error(`${service} has left the campaign`);
      const { desiredTasks, runningTasks } = described.observation;
      if (desiredTasks !== desiredBefore) readySeconds = endSeconds + startupSeconds - 60;
      desiredBefore = desiredTasks;
      const tasks = desiredTasks <= runningTasks || endSeconds >= readySeconds ? desiredTasks : runningTasks;
      services.update(service, { runningTasks: tasks, pendingTasks: desiredTasks - tasks });
      arrivals = rateAt(endSeconds);
      const lagBefore = lagOf();
      const capacity = tasks * taskRatePerSecond;
      const processed = Math.min(capacity, arrivals + backlog / 60);
      backlog = Math.max(0, backlog + 60 * (arrivals - processed));
      // Who has no stream sheds what is too much: it has no lag.
      if (kind === 'none') backlog = 0;
      tell(endSeconds, lagBefore, processed, capacity === 0 ? 0 : (90 * processed) / capacity, tasks);
    },
  };
}
