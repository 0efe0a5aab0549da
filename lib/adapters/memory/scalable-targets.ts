import type { ScalingActivity } from '../../config/registration.ts';
import type { ServiceId } from '../../contract/service-id.ts';
import type { ScalableTargets } from '../../control/ports.ts';

export type MemoryScalableTargets = ScalableTargets & {
  /** Application Auto Scaling does this with the service from now on. */
  set(service: ServiceId, active: readonly ScalingActivity[]): void;
};

export function createMemoryScalableTargets(): MemoryScalableTargets {
  const targets = new Map<ServiceId, readonly ScalingActivity[]>();
  return {
    activities: async (service) => targets.get(service) ?? [],
    set: (service, active) => {
      targets.set(service, active);
    },
  };
}
