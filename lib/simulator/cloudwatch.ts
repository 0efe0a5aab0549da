import type { MemoryMetrics, PublishedPoint } from '../adapters/memory/metrics.ts';
import type { Source } from '../config/source.ts';
import { parseServiceId, type ServiceId } from '../contract/service-id.ts';
import { maximum, mean } from '../core/statistics.ts';
import { createRandom } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { ServiceStep } from './stream-service.ts';

/** How long after the end of a minute its values can be read. */
const usualLateness = { shortest: 45, longest: 75 };

const periodSeconds = 60;
const daySeconds = 86_400;
/** Of what a task reserves: what it uses when it has nothing to do, and its memory, whatever it does. */
const idleCpuPercent = 3;
const memoryPercent = 40;

/** What AWS publishes of a service and its source, a minute late: whole minutes, of complete steps. */
export type CloudWatch = {
  /** `waitingRecords` at the end of the step. */
  record(step: ServiceStep, waitingRecords: number): void;
};

export function createCloudWatch(
  metrics: Pick<MemoryMetrics, 'publish'>,
  { service, source }: { readonly service: ServiceId; readonly source: Source },
  scenario: Pick<Scenario, 'cpuAtSaturationPercent' | 'metrics'>,
  seed: number,
): CloudWatch {
  const { cpuAtSaturationPercent, metrics: { latenessSeconds = usualLateness } = {} } = scenario;
  const random = createRandom(seed, 'cloudwatch');
  const isLost = createLosses(scenario.metrics, seed);
  const { cluster, service: name } = parseServiceId(service);
  const ecs = { ClusterName: cluster, ServiceName: name };
  let steps: ServiceStep[] = [];
  let waiting: number[] = [];

  const publishMinute = (endSeconds: number): void => {
    const { shortest, longest } = latenessSeconds;
    const publish = (namespace: string, dimensions: Dimensions, values: Readonly<Record<string, Values>>) => {
      const visibleAtSeconds = endSeconds + shortest + (longest - shortest) * random();
      if (isLost(endSeconds)) return;
      for (const [metricName, statistics] of Object.entries(values)) {
        if (Object.keys(statistics).length === 0) continue;
        const point = { endSeconds, periodSeconds, values: statistics, visibleAtSeconds };
        metrics.publish({ namespace, metricName, dimensions }, point);
      }
    };
    publish('AWS/ECS', ecs, utilizationOf(steps, cpuAtSaturationPercent));
    publish('ECS/ContainerInsights', ecs, {
      RunningTaskCount: average(steps.map((step) => step.runningTasks)),
    });
    if (source.kind === 'kinesis') publish('AWS/Kinesis', { StreamName: source.stream }, streamOf(steps));
    else publish('AWS/SQS', { QueueName: source.queue }, queueOf(steps, waiting));
  };

  return {
    record: (step, waitingRecords) => {
      steps.push(step);
      waiting.push(waitingRecords);
      if (step.atSeconds % periodSeconds !== 0) return;
      publishMinute(step.atSeconds);
      steps = [];
      waiting = [];
    },
  };
}

type Dimensions = Readonly<Record<string, string>>;
type Values = PublishedPoint['values'];

/** A mean of what is there; of nothing, no value. */
function average(values: readonly number[]): Values {
  const value = mean(values);
  return value === undefined ? {} : { Average: value };
}

/** ECS publishes nothing of a service while no task of it runs. */
function utilizationOf(
  steps: readonly ServiceStep[],
  cpuAtSaturationPercent: number,
): Record<string, Values> {
  const busy = mean(steps.flatMap((step) => step.busyShare ?? []));
  if (busy === undefined) return {};
  return {
    CPUUtilization: { Average: idleCpuPercent + (cpuAtSaturationPercent - idleCpuPercent) * busy },
    MemoryUtilization: { Average: memoryPercent },
  };
}

/** Iterator age exists only while somebody reads. */
function streamOf(steps: readonly ServiceStep[]): Record<string, Values> {
  const read = steps.flatMap((step) => step.readerLag ?? []);
  const worst = maximum(read.map((lag) => lag.worstSeconds));
  return {
    IncomingRecords: { Sum: sum(steps.map((step) => step.arrivedRecords)) },
    'GetRecords.IteratorAgeMilliseconds': {
      ...average(read.map((lag) => 1000 * lag.meanSeconds)),
      ...(worst !== undefined && { Maximum: 1000 * worst }),
    },
  };
}

function queueOf(steps: readonly ServiceStep[], waiting: readonly number[]): Record<string, Values> {
  const oldest = maximum(steps.map((step) => step.lagSeconds));
  return {
    NumberOfMessagesSent: { Sum: sum(steps.map((step) => step.arrivedRecords)) },
    NumberOfMessagesDeleted: { Sum: sum(steps.map((step) => step.processedRecords)) },
    ApproximateNumberOfMessagesVisible: average(waiting),
    ApproximateAgeOfOldestMessage: oldest === undefined ? {} : { Maximum: oldest },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Which points never come: single ones by chance, and all of them in an outage. Each asks once for each point. */
function createLosses(
  { lostShare = 0, outages }: NonNullable<Scenario['metrics']> = {},
  seed: number,
): (endSeconds: number) => boolean {
  const random = createRandom(seed, 'lost points');
  let outageUntilSeconds = Number.NEGATIVE_INFINITY;
  let minuteSeconds = Number.NEGATIVE_INFINITY;
  return (endSeconds) => {
    if (outages !== undefined && endSeconds !== minuteSeconds) {
      minuteSeconds = endSeconds;
      const begins = random() < (outages.perDay * periodSeconds) / daySeconds;
      if (begins && endSeconds > outageUntilSeconds) outageUntilSeconds = endSeconds + outages.seconds;
    }
    return random() < lostShare || endSeconds <= outageUntilSeconds;
  };
}
