import { parseServiceId } from '../../contract/service-id.ts';
import type { Scaler } from '../scaler.ts';
import { createTargetTracking } from './target-tracking.ts';

/**
 * Target tracking on ECSServiceAverageCPUUtilization with one-minute metrics: what ECS offers out of the box.
 *
 * Its settings are the best that its documents know for this service: 70 %, since a task is full at 90 % and a target at
 * the limit could not see how much too little there is; out again after a minute; in no sooner than five minutes, the
 * default, after a change.
 */
export function createTargetTrackingCpu(): Scaler {
  return createTargetTracking({
    name: 'target-tracking-cpu',
    target: 85,
    scaleOutCooldownSeconds: 60,
    scaleInCooldownSeconds: 300,
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
