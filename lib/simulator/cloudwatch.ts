import type { MemoryMetrics } from '../adapters/memory/metrics.ts';
import type { StreamSource } from '../config/source.ts';
import { parseServiceId, type ServiceId } from '../contract/service-id.ts';
import type { PartitionState } from './partition-queues.ts';
import { createRandom } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { ServiceStep, StreamService } from './stream-service.ts';
import { sourceMetrics, taskCountOf, utilizationOf, type Vended } from './vended-metrics.ts';

/** How long after the end of a minute its values can be read. */
const usualLateness = { shortest: 45, longest: 75 };

const periodSeconds = 60;
const daySeconds = 86_400;

/** What AWS publishes of a service and its source, a minute late: whole minutes, of complete steps. */
export type CloudWatch = {
  /** A step, and how the service stands at its end. */
  record(step: ServiceStep, stream: Pick<StreamService, 'waitingRecords' | 'partitions'>): void;
};

export function createCloudWatch(
  metrics: Pick<MemoryMetrics, 'publish'>,
  { service, source }: { readonly service: ServiceId; readonly source: StreamSource },
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

  const publish = ({ namespace, dimensions, values }: Vended, endSeconds: number) => {
    const { shortest, longest } = latenessSeconds;
    const visibleAtSeconds = endSeconds + shortest + (longest - shortest) * random();
    if (isLost(endSeconds)) return;
    for (const [metricName, statistics] of Object.entries(values)) {
      if (Object.keys(statistics).length === 0) continue;
      const point = { endSeconds, periodSeconds, values: statistics, visibleAtSeconds };
      metrics.publish({ namespace, metricName, dimensions }, point);
    }
  };

  const publishMinute = (endSeconds: number, partitions: readonly PartitionState[]): void => {
    const minute = { steps, waiting, partitions };
    const vended: readonly Vended[] = [
      { namespace: 'AWS/ECS', dimensions: ecs, values: utilizationOf(minute, cpuAtSaturationPercent) },
      { namespace: 'ECS/ContainerInsights', dimensions: ecs, values: taskCountOf(minute) },
      ...sourceMetrics(source, minute),
    ];
    for (const it of vended) publish(it, endSeconds);
  };

  return {
    record: (step, stream) => {
      steps.push(step);
      if (source.kind === 'sqs') waiting.push(stream.waitingRecords);
      if (step.atSeconds % periodSeconds !== 0) return;
      publishMinute(step.atSeconds, source.kind === 'msk' ? stream.partitions() : []);
      steps = [];
      waiting = [];
    },
  };
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
