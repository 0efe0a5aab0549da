import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { mockClient } from 'aws-sdk-client-mock';
import { createServices } from '../../lib/adapters/ecs.ts';
import { createMemoryServices } from '../../lib/adapters/memory/services.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';
import type { ServiceDescription, UpdateOutcome } from '../../lib/control/ports.ts';
import type { ServiceObservation } from '../../lib/core/sample.ts';
import { type ServicesWorld, servicesContract } from './services.ts';

servicesContract('in memory', () => {
  const services = createMemoryServices();
  return { services, put: services.put, remove: services.remove, failNextUpdate: services.failNextUpdate };
});

servicesContract('ECS and the Tagging API, played', () => playedEcs());

type Played = {
  observation: ServiceObservation;
  scheduling: string;
  tags: Readonly<Record<string, string>>;
  gone?: Extract<ServiceDescription, { kind: 'gone' }>['cause'];
};

const failure = (name: string, status: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });

/** As much of ECS as the contract speaks of. */
function playedEcs(): ServicesWorld {
  const played = new Map<string, Played>();
  const failures: { outcome: UpdateOutcome; applied: boolean }[] = [];
  const reads = new ECSClient({ region: 'eu-central-1' });
  const tagging = new ResourceGroupsTaggingAPIClient({ region: 'eu-central-1' });
  const arn = (id: string) => `arn:aws:ecs:eu-central-1:111122223333:service/${id}`;
  const clusterGone = (cluster: string | undefined) =>
    [...played].some(([id, it]) => id.startsWith(`${cluster}/`) && it.gone === 'cluster-missing');

  const ecs = mockClient(reads);
  ecs.on(DescribeServicesCommand).callsFake(({ cluster, services, include }) => {
    if (services.length > 10) throw failure('InvalidParameterException', 400);
    if (clusterGone(cluster)) throw failure('ClusterNotFoundException', 400);
    const ids = services.map((name: string) => `${cluster}/${name}`);
    const known = ids.filter((id: string) => played.has(id) && played.get(id)?.gone !== 'service-missing');
    return {
      services: known.map((id: string) => describe(id, played.get(id)!, include?.includes('TAGS') === true)),
      failures: ids
        .filter((id: string) => !known.includes(id))
        .map((id: string) => ({ arn: arn(id), reason: 'MISSING' })),
    };
  });
  ecs.on(UpdateServiceCommand).callsFake(({ cluster, service, desiredCount }) => {
    const it = played.get(`${cluster}/${service}`);
    const apply = () => {
      if (it !== undefined) it.observation = { ...it.observation, desiredTasks: desiredCount };
    };
    const failed = failures.shift();
    if (failed !== undefined) {
      if (failed.applied) apply();
      throw failed.outcome.kind === 'unknown'
        ? failure('TimeoutError', 500)
        : failure('ThrottlingException', 400);
    }
    if (clusterGone(cluster)) throw failure('ClusterNotFoundException', 400);
    if (it === undefined) throw failure('ServiceNotFoundException', 400);
    if (it.gone !== undefined) throw failure('ServiceNotActiveException', 400);
    if (it.scheduling === 'DAEMON') throw failure('InvalidParameterException', 400);
    apply();
    return {};
  });
  mockClient(tagging)
    .on(GetResourcesCommand)
    .callsFake(() => ({
      PaginationToken: '',
      ResourceTagMappingList: [...played]
        .filter(([, it]) => it.gone === undefined && 'weir:managed' in it.tags)
        .map(([id]) => ({ ResourceARN: arn(id) })),
    }));

  return {
    services: {
      ...createServices({ reads, writes: reads }),
      ...createTaggedServices(tagging, { warn: () => undefined }),
    },
    put: (id, { observation, scheduling = 'REPLICA', tags = {} }) => {
      played.set(id, { observation, scheduling, tags });
    },
    remove: (id, gone) => {
      played.get(id)!.gone = gone;
    },
    failNextUpdate: (outcome, options) => {
      failures.push({ outcome, applied: options?.applied ?? false });
    },
  };
}

function describe(id: string, { observation, scheduling, tags, gone }: Played, withTags: boolean) {
  const taskDefinition = `arn:aws:ecs:eu-central-1:111122223333:task-definition/${observation.revision}`;
  return {
    serviceName: id.split('/')[1],
    status: gone === 'service-inactive' ? 'INACTIVE' : 'ACTIVE',
    schedulingStrategy: scheduling,
    desiredCount: observation.desiredTasks,
    runningCount: observation.runningTasks,
    pendingCount: observation.pendingTasks,
    deployments: [
      {
        status: 'PRIMARY',
        taskDefinition,
        rolloutState: observation.deploying ? 'IN_PROGRESS' : 'COMPLETED',
      },
    ],
    ...(withTags && { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) }),
  };
}
