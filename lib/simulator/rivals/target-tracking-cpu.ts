import { parseServiceId } from '../../contract/service-id.ts';
import type { Scaler } from '../scaler.ts';
import { createTargetTracking } from './target-tracking.ts';

/**
 * Target tracking on ECSServiceAverageCPUUtilization with one-minute metrics: what ECS offers out of the box.
 *
 * Its settings, for a service whose tasks are full at 90 %: a target of 85 %, the highest at which its alarm can still
 * tell full tasks from busy ones, and by far the cheapest; at 80 % it costs about 7 % more and at 70 % about 20 %, and
 * is on time a little more often. Out again after a minute; in no sooner than five minutes, the default, after a
 * change. One scale-in may take half of the tasks: less patience thrashes, and more costs.
 */
export function createTargetTrackingCpu(): Scaler {
  return createTargetTracking({
    name: 'target-tracking-cpu',
    target: 85,
    scaleOutCooldownSeconds: 60,
    scaleInCooldownSeconds: 300,
    scaleInShare: 0.5,
    metric: async ({ metrics, service, clock }) => {
      const { cluster, service: name } = parseServiceId(service);
      const reading = await metrics.read({
        namespace: 'AWS/ECS',
        metricName: 'CPUUtilization',
        dimensions: { ClusterName: cluster, ServiceName: name },
        statistic: 'Average',
        periodSeconds: 60,
        sinceSeconds: clock.nowSeconds() - 1200,
      });
      return reading.kind === 'read' ? reading.points : [];
    },
  });
}
