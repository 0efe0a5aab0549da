import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createScalableTargets } from '../../lib/adapters/scalable-targets.ts';

const target = (service: string, [inward, outward, scheduled]: readonly [boolean, boolean, boolean]) => ({
  ResourceId: `service/${service}`,
  SuspendedState: {
    DynamicScalingInSuspended: inward,
    DynamicScalingOutSuspended: outward,
    ScheduledScalingSuspended: scheduled,
  },
});

function createWorld() {
  const client = new ApplicationAutoScalingClient({ region: 'eu-central-1' });
  const scaling = mockClient(client);
  return {
    scaling,
    targets: createScalableTargets(client),
    requests: () => scaling.commandCalls(DescribeScalableTargetsCommand).map(({ args }) => args[0].input),
  };
}

describe('DescribeScalableTargets', () => {
  it('is asked for fifty services at once, of their desired count alone', async () => {
    const { scaling, targets, requests } = createWorld();
    scaling.on(DescribeScalableTargetsCommand).resolves({ ScalableTargets: [] });
    const services = Array.from({ length: 51 }, (_, index) => `main/service-${index}`);

    await Promise.all(services.map((it) => targets.activities(it)));

    const ids = services.map((it) => `service/${it}`);
    const common = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount', MaxResults: 50 };
    expect(requests()).toEqual([
      { ...common, ResourceIds: ids.slice(0, 50) },
      { ...common, ResourceIds: ids.slice(50) },
    ]);
  });

  it('tells what is not suspended, page by page', async () => {
    const { scaling, targets } = createWorld();
    scaling
      .on(DescribeScalableTargetsCommand)
      .resolvesOnce({
        ScalableTargets: [target('main/all', [false, false, false]), target('main/none', [true, true, true])],
        NextToken: 'more',
      } as object)
      .resolves({
        ScalableTargets: [
          target('main/in', [false, true, true]),
          // Before 2018 a target had no such state: nothing of it was suspended.
          { ResourceId: 'service/main/old' },
        ],
      } as object);

    const told = await Promise.all(
      ['all', 'none', 'in', 'old', 'never'].map((it) => targets.activities(`main/${it}`)),
    );

    const everything = ['scale-in', 'scale-out', 'scheduled'];
    expect(told).toEqual([everything, [], ['scale-in'], everything, []]);
  });

  it('that fails says so, with its cause', async () => {
    const { scaling, targets } = createWorld();
    const cause = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
    scaling.on(DescribeScalableTargetsCommand).rejects(cause);

    await expect(targets.activities('main/orders')).rejects.toMatchObject({
      message: 'DescribeScalableTargets failed: AccessDeniedException: not allowed',
      cause,
    });
  });
});
