import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';

function createWorld() {
  const client = new ResourceGroupsTaggingAPIClient({ region: 'eu-central-1' });
  const telemetry = createMemoryTelemetry();
  return { tagging: mockClient(client), telemetry, tagged: createTaggedServices(client, telemetry) };
}

const listed = (...paths: string[]) => ({
  ResourceTagMappingList: paths.map((path) => ({
    ResourceARN: `arn:aws:ecs:eu-central-1:111122223333:service/${path}`,
  })),
});

it('asks for ECS services with the management tag, a hundred a page, to the last page', async () => {
  const { tagging, tagged } = createWorld();
  tagging
    .on(GetResourcesCommand)
    .resolvesOnce({ ...listed('main/orders', 'main/payments'), PaginationToken: 'more' })
    .resolvesOnce({ ...listed('main/orders', 'other/orders'), PaginationToken: '' });

  expect(await tagged.list()).toEqual(['main/orders', 'main/payments', 'other/orders']);

  const page = {
    ResourceTypeFilters: ['ecs:service'],
    TagFilters: [{ Key: 'weir:managed' }],
    ResourcesPerPage: 100,
  };
  expect(tagging.commandCalls(GetResourcesCommand).map(({ args }) => args[0].input)).toMatchObject([
    page,
    { ...page, PaginationToken: 'more' },
  ]);
});

it('leaves out a service whose ARN does not name its cluster, and says so', async () => {
  const { tagging, tagged, telemetry } = createWorld();
  tagging.on(GetResourcesCommand).resolves(listed('orders', 'main/payments'));

  expect(await tagged.list()).toEqual(['main/payments']);

  expect(telemetry.lines).toMatchObject([
    {
      level: 'warn',
      message: expect.stringContaining('short format'),
      details: { arn: 'arn:aws:ecs:eu-central-1:111122223333:service/orders' },
    },
  ]);
});

it('fails as a whole when a page cannot be read', async () => {
  const { tagging, tagged } = createWorld();
  tagging
    .on(GetResourcesCommand)
    .resolvesOnce({ ...listed('main/orders'), PaginationToken: 'more' })
    .rejectsOnce(new Error('PaginationTokenExpiredException'));

  await expect(tagged.list()).rejects.toThrow('PaginationTokenExpiredException');
});
