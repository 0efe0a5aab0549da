import { describe, expect, it } from 'vitest';
import {
  parseServiceId,
  serviceId,
  serviceIdFromArn,
  serviceIdSchema,
} from '../../lib/contract/service-id.ts';

const longest = 'x'.repeat(255);

describe('the id of a service', () => {
  it.each([
    ['main', 'orders', 'main/orders'],
    ['Main_2', 'orders-v2', 'Main_2/orders-v2'],
    [longest, longest, `${longest}/${longest}`],
  ])('of cluster %.20s and service %.20s says both', (cluster, service, id) => {
    expect(serviceId({ cluster, service })).toBe(id);
    expect(serviceIdSchema.parse(id)).toBe(id);
    expect(parseServiceId(id)).toEqual({ cluster, service });
  });

  it.each(['', 'orders', '/orders', 'main/', 'main/orders/x', 'main orders', 'main/örders', `${longest}x/a`])(
    '%.30j is none',
    (text) => {
      expect(serviceIdSchema.safeParse(text).success).toBe(false);
    },
  );
});

describe('the ARN of a service', () => {
  it.each([
    ['arn:aws:ecs:eu-central-1:111122223333:service/main/orders', 'main/orders'],
    ['arn:aws-cn:ecs:cn-north-1:111122223333:service/main/orders', 'main/orders'],
    ['arn:aws:ecs:eu-central-1:111122223333:service/orders', undefined],
    ['arn:aws:ecs:eu-central-1:111122223333:cluster/main', undefined],
    ['arn:aws:ecs:eu-central-1:111122223333:service/main/orders/x', undefined],
    ['main/orders', undefined],
    ['', undefined],
  ])('%s is %s', (arn, id) => {
    expect(serviceIdFromArn(arn)).toBe(id);
  });
});
