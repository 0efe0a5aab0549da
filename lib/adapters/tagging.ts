import {
  paginateGetResources,
  type ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { type ServiceId, serviceIdFromArn } from '../contract/service-id.ts';
import { managedTag } from '../contract/tags.ts';
import type { TaggedServices, Telemetry } from '../control/ports.ts';

/**
 * Services that carry the management tag, by the Resource Groups Tagging API: a hundred a call, where DescribeServices
 * would take ten, and no listing of clusters before. It is a little behind, so the tags themselves are read from ECS.
 */
export function createTaggedServices(
  client: ResourceGroupsTaggingAPIClient,
  telemetry: Pick<Telemetry, 'warn'>,
): TaggedServices {
  return {
    list: async () => {
      const pages = paginateGetResources(
        { client, pageSize: 100 },
        { ResourceTypeFilters: ['ecs:service'], TagFilters: [{ Key: managedTag }] },
      );
      const services = new Set<ServiceId>();
      for await (const page of pages) {
        for (const { ResourceARN: arn = '' } of page.ResourceTagMappingList ?? []) {
          const service = serviceIdFromArn(arn);
          if (service !== undefined) services.add(service);
          else {
            telemetry.warn(
              'A tagged service has an ARN of the short format of before 2018, which does not name its cluster. ' +
                'Migrate it to the long format: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-arn-migration.html',
              { arn },
            );
          }
        }
      }
      return [...services];
    },
  };
}
