import {
  type DeploymentRolloutState,
  DescribeServicesCommand,
  ECSClient,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createServices } from '../../lib/adapters/ecs.ts';

const arn = (path: string) => `arn:aws:ecs:eu-central-1:111122223333:${path}`;
const named = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error(`${name} it was`), { name, $metadata: { httpStatusCode } });

const deployment = (status: string, revision: number, rolloutState?: DeploymentRolloutState) => ({
  status,
  taskDefinition: arn(`task-definition/orders:${revision}`),
  ...(rolloutState && { rolloutState }),
});
const ecsService = (serviceName: string, more: object = {}) => ({
  serviceName,
  status: 'ACTIVE',
  desiredCount: 4,
  runningCount: 3,
  pendingCount: 1,
  deployments: [deployment('PRIMARY', 12, 'COMPLETED')],
  ...more,
});

function createWorld() {
  const client = new ECSClient({ region: 'eu-central-1' });
  const ecs = mockClient(client);
  ecs.on(DescribeServicesCommand).callsFake(({ services }) => ({
    services: services.map((name: string) => ecsService(name)),
  }));
  return {
    ecs,
    services: createServices({ reads: client, writes: client }),
    requests: () => ecs.commandCalls(DescribeServicesCommand).map(({ args }) => args[0].input),
  };
}

describe('DescribeServices', () => {
  it('is asked by tens, cluster by cluster, each service once', async () => {
    const { services, requests } = createWorld();
    const ids = Array.from({ length: 11 }, (_, index) => `main/service-${index}`);

    await Promise.all([...ids, 'main/service-0', 'other/orders'].map((id) => services.describe(id)));

    const names = ids.map((id) => id.split('/')[1]);
    expect(requests()).toEqual([
      { cluster: 'main', services: names.slice(0, 10) },
      { cluster: 'main', services: names.slice(10) },
      { cluster: 'other', services: ['orders'] },
    ]);
  });

  it('is asked for tags only where they are wanted', async () => {
    const { services, requests } = createWorld();

    await Promise.all([
      services.describe('main/orders', { tags: true }),
      services.describe('main/payments', { tags: false }),
    ]);

    expect(requests()).toEqual([
      { cluster: 'main', services: ['orders'], include: ['TAGS'] },
      { cluster: 'main', services: ['payments'] },
    ]);
  });

  it('tells a deployment from the one before, whatever has become of it', async () => {
    const { ecs, services } = createWorld();
    const told = async (status: DeploymentRolloutState) => {
      const deployments = [
        { ...deployment('PRIMARY', 13, status), id: 'ecs-svc/9223370564341623665' },
        { ...deployment('ACTIVE', 12, 'COMPLETED'), id: 'ecs-svc/1234567890123456789' },
      ];
      ecs.on(DescribeServicesCommand).resolves({ services: [ecsService('orders', { deployments })] });
      return services.describe('main/orders');
    };
    expect(await told('IN_PROGRESS')).toMatchObject({ observation: { deployment: '623665' } });
    expect(await told('FAILED')).toMatchObject({
      observation: { deployment: '623665', revision: 'orders:12' },
    });
  });

  it('that fails for a cluster fails for the services of that cluster alone', async () => {
    const { ecs, services } = createWorld();
    ecs.on(DescribeServicesCommand, { cluster: 'former' }).rejects(named('ClusterNotFoundException', 400));
    const cause = named('AccessDeniedException', 400);
    ecs.on(DescribeServicesCommand, { cluster: 'secret' }).rejects(cause);

    const [orders, former, secret] = await Promise.allSettled(
      ['main/orders', 'former/orders', 'secret/orders'].map((id) => services.describe(id)),
    );

    expect(orders).toMatchObject({ value: { kind: 'described' } });
    expect(former).toMatchObject({ value: { kind: 'gone', cause: 'cluster-missing' } });
    expect(secret).toMatchObject({
      status: 'rejected',
      reason: {
        message:
          'DescribeServices of cluster secret failed: AccessDeniedException: AccessDeniedException it was',
        cause,
      },
    });
  });

  it('says of each service that is not there why, and the others are described', async () => {
    const { ecs, services } = createWorld();
    ecs.on(DescribeServicesCommand).resolves({
      services: [ecsService('orders'), ecsService('broken', { runningCount: -1 })],
      failures: [
        // The ARN of a failure may be of the short format, and names no cluster then.
        { arn: arn('service/missing'), reason: 'MISSING' },
        { arn: arn('service/main/odd'), reason: 'ODD', detail: 'nobody knows' },
      ],
    });

    const answers = await Promise.allSettled(
      ['orders', 'missing', 'odd', 'broken', 'unmentioned'].map((it) => services.describe(`main/${it}`)),
    );

    expect(answers).toMatchObject([
      { value: { kind: 'described' } },
      { value: { kind: 'gone', cause: 'service-missing' } },
      { reason: { message: 'DescribeServices failed for main/odd: ODD nobody knows' } },
      { reason: { message: expect.stringContaining('runningCount') } },
      { reason: { message: expect.stringContaining('neither described main/unmentioned nor said why') } },
    ]);
  });

  it.each([
    ['a rollout under way', { deployments: [deployment('PRIMARY', 12, 'IN_PROGRESS')] }, true, 12],
    [
      'a rollout with the old tasks still running',
      { deployments: [deployment('PRIMARY', 13, 'IN_PROGRESS'), deployment('ACTIVE', 12, 'COMPLETED')] },
      true,
      13,
    ],
    [
      'a rollout without a state',
      { deployments: [deployment('PRIMARY', 13), deployment('ACTIVE', 12)] },
      true,
      13,
    ],
    ['nothing under way, without a state', { deployments: [deployment('PRIMARY', 12)] }, false, 12],
    [
      'what is left of an old deployment',
      { deployments: [deployment('PRIMARY', 12, 'COMPLETED'), deployment('INACTIVE', 11, 'COMPLETED')] },
      false,
      12,
    ],
    [
      'a failed deployment without a rollback',
      { deployments: [deployment('PRIMARY', 13, 'FAILED'), deployment('ACTIVE', 12, 'COMPLETED')] },
      false,
      12,
    ],
    [
      'a failed deployment that is being rolled back',
      { deployments: [deployment('PRIMARY', 12, 'IN_PROGRESS'), deployment('ACTIVE', 13, 'FAILED')] },
      true,
      12,
    ],
    [
      'a blue and a green task set',
      { deployments: [], taskSets: [deployment('PRIMARY', 12), deployment('ACTIVE', 13)] },
      true,
      12,
    ],
    ['one task set', { deployments: [], taskSets: [deployment('PRIMARY', 12)] }, false, 12],
  ])('shows a deployment for what it is: %s', async (_, more, deploying, revision) => {
    const { ecs, services } = createWorld();
    ecs.on(DescribeServicesCommand).resolves({ services: [ecsService('orders', more)] });

    expect(await services.describe('main/orders')).toEqual({
      kind: 'described',
      observation: {
        desiredTasks: 4,
        runningTasks: 3,
        pendingTasks: 1,
        revision: `orders:${revision}`,
        deploying,
      },
      scheduling: 'REPLICA',
      tags: {},
    });
  });

  it('shows a service whose last tasks are stopping as gone', async () => {
    const { ecs, services } = createWorld();
    ecs.on(DescribeServicesCommand).resolves({ services: [ecsService('orders', { status: 'DRAINING' })] });

    expect(await services.describe('main/orders')).toEqual({ kind: 'gone', cause: 'service-inactive' });
  });
});

describe('UpdateService', () => {
  it('changes the desired count and nothing else, in one call', async () => {
    const { ecs, services } = createWorld();
    ecs.on(UpdateServiceCommand).resolves({});

    await services.updateDesiredTasks('main/orders', 9, 5);

    expect(ecs.commandCalls(UpdateServiceCommand).map(({ args }) => args[0].input)).toEqual([
      { cluster: 'main', service: 'orders', desiredCount: 9 },
    ]);
  });

  it.each([
    [named('ThrottlingException', 400), { kind: 'refused', cause: 'throttled' }],
    [named('AccessDeniedException', 400), { kind: 'refused', cause: 'rejected' }],
    [named('InvalidParameterException', 400), { kind: 'refused', cause: 'rejected' }],
    [named('ServiceNotFoundException', 400), { kind: 'refused', cause: 'service-gone' }],
    [named('ServiceNotActiveException', 400), { kind: 'refused', cause: 'service-gone' }],
    [named('ClusterNotFoundException', 400), { kind: 'refused', cause: 'service-gone' }],
    [named('ServerException', 500), { kind: 'unknown' }],
    [named('ServiceUnavailable', 503), { kind: 'unknown' }],
    [named('TimeoutError'), { kind: 'unknown' }],
    [named('AbortError'), { kind: 'unknown' }],
    [named('ECONNRESET'), { kind: 'unknown' }],
  ])('that ends in %s is not tried again', async (error, outcome) => {
    const { ecs, services } = createWorld();
    ecs.on(UpdateServiceCommand).rejects(error);

    expect(await services.updateDesiredTasks('main/orders', 9, 5)).toEqual({
      ...outcome,
      message: `${error.name}: ${error.message}`,
    });
    expect(ecs.commandCalls(UpdateServiceCommand)).toHaveLength(1);
  });
});
