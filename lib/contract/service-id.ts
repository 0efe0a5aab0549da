import * as z from 'zod';

/** `cluster/service`: how Weir names an ECS service within its account and Region. */
export const serviceIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,255}\/[A-Za-z0-9_-]{1,255}$/, 'expected cluster/service')
  .describe('cluster/service');

export type ServiceId = string;

export type ServiceName = { readonly cluster: string; readonly service: string };

export function serviceId(name: ServiceName): ServiceId {
  return `${name.cluster}/${name.service}`;
}

/** The inverse of `serviceId`. Only for ids that passed `serviceIdSchema`. */
export function parseServiceId(id: ServiceId): ServiceName {
  const slash = id.indexOf('/');
  return { cluster: id.slice(0, slash), service: id.slice(slash + 1) };
}

/**
 * The id in a long-format service ARN, `arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE`; `undefined` for the
 * short format of before 2018, which does not name its cluster.
 */
export function serviceIdFromArn(arn: string): ServiceId | undefined {
  const parsed = serviceIdSchema.safeParse(arn.split(':service/')[1]);
  return parsed.success ? parsed.data : undefined;
}
