import {
  type ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import DataLoader from 'dataloader';
import * as z from 'zod';
import type { ScalingActivity } from '../config/registration.ts';
import type { ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { ScalableTargets } from '../control/ports.ts';
import { describeAwsError } from './aws-error.ts';
import { gather } from './batches.ts';

/** DescribeScalableTargets takes no more: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html */
const targetsPerCall = 50;

const targetSchema = z.object({
  ResourceId: z.string().max(1600),
  SuspendedState: z
    .object({
      DynamicScalingInSuspended: z.boolean().default(false),
      DynamicScalingOutSuspended: z.boolean().default(false),
      ScheduledScalingSuspended: z.boolean().default(false),
    })
    .default({
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
    }),
});

/** The desired counts of ECS services as Application Auto Scaling has them. */
export function createScalableTargets(client: ApplicationAutoScalingClient): ScalableTargets {
  const loader = new DataLoader<ServiceId, readonly ScalingActivity[]>(
    (services) => describe(client, services),
    { cache: false, batchScheduleFn: gather, maxBatchSize: targetsPerCall },
  );
  return { activities: (service) => loader.load(service) };
}

async function describe(
  client: ApplicationAutoScalingClient,
  services: readonly ServiceId[],
): Promise<readonly (readonly ScalingActivity[])[]> {
  const found = new Map<string, readonly ScalingActivity[]>();
  try {
    const pages = paginateDescribeScalableTargets(
      { client, pageSize: targetsPerCall },
      {
        ServiceNamespace: 'ecs',
        ScalableDimension: 'ecs:service:DesiredCount',
        ResourceIds: [...new Set(services.map(resourceIdOf))],
      },
    );
    for await (const { ScalableTargets: targets = [] } of pages) {
      for (const target of targets) {
        const { ResourceId, SuspendedState: suspended } = targetSchema.parse(target);
        found.set(ResourceId, [
          ...(suspended.DynamicScalingInSuspended ? [] : ['scale-in' as const]),
          ...(suspended.DynamicScalingOutSuspended ? [] : ['scale-out' as const]),
          ...(suspended.ScheduledScalingSuspended ? [] : ['scheduled' as const]),
        ]);
      }
    }
  } catch (error) {
    throw new WeirError(`DescribeScalableTargets failed: ${describeAwsError(error)}`, { cause: error });
  }
  return services.map((service) => found.get(resourceIdOf(service)) ?? []);
}

const resourceIdOf = (service: ServiceId) => `service/${service}`;
