import * as z from 'zod';
import { type ServiceId, serviceIdFromArn } from '../contract/service-id.ts';
import { tagPrefix } from '../contract/tags.ts';

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/monitor-tags-in-eventbridge.html */
const tagChangeSchema = z.object({
  source: z.literal('aws.tag'),
  'detail-type': z.literal('Tag Change on Resource'),
  resources: z.array(z.string().max(2048)).max(1000),
  detail: z.object({
    'changed-tag-keys': z.array(z.string().max(128)).max(1000),
    service: z.string().max(100),
    'resource-type': z.string().max(100),
  }),
});

/**
 * The services that a "Tag Change on Resource" event says to look at; none when it is about other resources or other
 * tags. `undefined` for anything else, such as the schedule's own event: then every service is to be looked at.
 */
export function parseTagChange(event: unknown): readonly ServiceId[] | undefined {
  const parsed = tagChangeSchema.safeParse(event);
  if (!parsed.success) return undefined;
  const { resources, detail } = parsed.data;
  if (detail.service !== 'ecs' || detail['resource-type'] !== 'service') return [];
  if (!detail['changed-tag-keys'].some((key) => key.startsWith(tagPrefix))) return [];
  return resources.flatMap((arn) => serviceIdFromArn(arn) ?? []);
}
