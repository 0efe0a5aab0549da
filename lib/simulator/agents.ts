import type { MemoryMetrics } from '../adapters/memory/metrics.ts';
import { agentNamespace, agentPeriodSeconds } from '../contract/measurement.ts';
import { parseServiceId, type ServiceId } from '../contract/service-id.ts';
import { maximum, mean, median } from '../core/statistics.ts';
import type { PartitionState } from './partition-queues.ts';
import type { ServiceStep, StreamService } from './stream-service.ts';
import { stepSeconds } from './time.ts';

const partitionPeriodSeconds = 60;
/** From the end of a period until its values can be read. */
const latenessSeconds = 1;

/** What the agents in the tasks report together: nothing while no task runs. */
export type Agents = {
  /** A step, and how the service stands at its end. */
  record(step: ServiceStep, stream: Pick<StreamService, 'waitingRecords' | 'partitions'>): void;
};

/**
 * Reports of every ten seconds: what arrived and what was processed, how much of their time the tasks were not idle, and,
 * while the partitions are theirs, what waits and how long. A rebalance at the end of the period leaves those out. Of the
 * partitions, once a minute, how large a share of what arrives the largest has, and how far behind half of them are.
 */
export function createAgents(
  metrics: Pick<MemoryMetrics, 'publish'>,
  service: ServiceId,
  partitioned: boolean,
): Agents {
  const { cluster, service: name } = parseServiceId(service);
  const dimensions = { ClusterName: cluster, ServiceName: name };
  let steps: ServiceStep[] = [];

  const publish = (
    metricName: string,
    value: number,
    endSeconds: number,
    periodSeconds = agentPeriodSeconds,
  ) => {
    const values = { Average: value, Maximum: value };
    const visibleAtSeconds = endSeconds + latenessSeconds;
    const point = { endSeconds, periodSeconds, values, visibleAtSeconds };
    metrics.publish({ namespace: agentNamespace, metricName, dimensions }, point);
  };

  const publishService = (last: ServiceStep, waitingRecords: () => number): void => {
    const perSecond = (records: (step: ServiceStep) => number) =>
      (mean(steps.map(records)) ?? 0) / stepSeconds;
    const values = {
      arrivalsPerSecond: perSecond((step) => step.arrivedRecords),
      processedPerSecond: perSecond((step) => step.processedRecords),
      busyShare: mean(steps.flatMap((step) => step.occupiedShare ?? [])) ?? 0,
      ...(last.rebalancing !== true && { backlogRecords: waitingRecords(), lagSeconds: last.lagSeconds }),
    };
    for (const [metricName, value] of Object.entries(values)) {
      publish(metricName, value, last.atSeconds);
    }
  };

  const publishPartitions = (partitions: readonly PartitionState[], endSeconds: number): void => {
    const hottestShare = maximum(partitions.map((it) => it.share));
    const typicalLagSeconds = median(partitions.map((it) => it.lagSeconds));
    if (hottestShare === undefined || typicalLagSeconds === undefined) return;
    publish('hottestShare', hottestShare, endSeconds, partitionPeriodSeconds);
    publish('typicalLagSeconds', typicalLagSeconds, endSeconds, partitionPeriodSeconds);
  };

  return {
    record: (step, stream) => {
      steps.push(step);
      if (step.atSeconds % agentPeriodSeconds !== 0) return;
      if (step.runningTasks > 0) {
        publishService(step, () => stream.waitingRecords);
        const due = step.atSeconds % partitionPeriodSeconds === 0 && step.rebalancing !== true;
        if (due && partitioned) publishPartitions(stream.partitions(), step.atSeconds);
      }
      steps = [];
    },
  };
}
