import { DescribeServicesCommand, type ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import DataLoader from 'dataloader';
import * as z from 'zod';
import { parseServiceId, type ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { ServiceDescription, Services, UpdateOutcome } from '../control/ports.ts';
import { classifyAwsError, describeAwsError, isNamed } from './aws-error.ts';
import { gather, inBatches } from './batches.ts';
import { readProtection } from './task-protection.ts';

/** DescribeServices takes no more: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
const servicesPerCall = 10;

const count = z.number().int().min(0);
const deploymentSchema = z.object({
  id: z.string().optional(),
  status: z.string(),
  taskDefinition: z.string().optional(),
  rolloutState: z.string().optional(),
});
const serviceSchema = z.object({
  status: z.string(),
  desiredCount: count,
  runningCount: count,
  pendingCount: count,
  schedulingStrategy: z.enum(['REPLICA', 'DAEMON']).default('REPLICA'),
  taskDefinition: z.string().optional(),
  deployments: z.array(deploymentSchema).max(100).default([]),
  // What the CODE_DEPLOY and EXTERNAL controllers have in place of deployments.
  taskSets: z.array(deploymentSchema).max(100).default([]),
  tags: z
    .array(z.object({ key: z.string(), value: z.string().default('') }))
    .max(200)
    .default([]),
});
type EcsService = z.infer<typeof serviceSchema>;

type DescribeKey = { readonly service: ServiceId; readonly tags: boolean };

/**
 * ECS. `reads` retries; `writes` must not (createEcsClientWithoutRetries): the decision's lease covers one attempt.
 */
export function createServices(clients: { readonly reads: ECSClient; readonly writes: ECSClient }): Services {
  const descriptions = new DataLoader<DescribeKey, ServiceDescription>(
    (keys) => describeAll(clients.reads, keys),
    {
      cache: false,
      batchScheduleFn: gather,
    },
  );
  return {
    describe: (service, options) => descriptions.load({ service, tags: options?.tags ?? false }),
    protection: (service) => readProtection(clients.reads, service),
    updateDesiredTasks: (service, desiredTasks, timeoutSeconds) =>
      update(clients.writes, service, desiredTasks, timeoutSeconds),
  };
}

async function describeAll(
  client: ECSClient,
  keys: readonly DescribeKey[],
): Promise<(ServiceDescription | Error)[]> {
  const groups = Map.groupBy(keys, (key) => `${parseServiceId(key.service).cluster} ${key.tags}`);
  const found = new Map<string, ServiceDescription | Error>();
  const calls = [...groups].flatMap(([group, members]) => {
    const [cluster = '', tags] = group.split(' ');
    const names = [...new Set(members.map((key) => parseServiceId(key.service).service))];
    return inBatches(names, servicesPerCall).map(async (batch) => {
      const described = await describeBatch(client, cluster, batch, tags === 'true');
      for (const [name, description] of described) found.set(`${group} ${name}`, description);
    });
  });
  await Promise.all(calls);
  return keys.map((key) => {
    const { cluster, service } = parseServiceId(key.service);
    return found.get(`${cluster} ${key.tags} ${service}`) ?? unmentioned(key.service);
  });
}

function unmentioned(service: ServiceId): WeirError {
  return new WeirError(`DescribeServices answered, but neither described ${service} nor said why not.`);
}

/** One call. Whatever happens to it happens to its services alone. */
async function describeBatch(
  client: ECSClient,
  cluster: string,
  services: readonly string[],
  tags: boolean,
): Promise<Map<string, ServiceDescription | Error>> {
  const input = { cluster, services: [...services], ...(tags && { include: ['TAGS' as const] }) };
  try {
    const answer = await client.send(new DescribeServicesCommand(input));
    const described = new Map<string, ServiceDescription | Error>();
    for (const service of answer.services ?? []) {
      const name = service.serviceName ?? '';
      described.set(name, toDescription(`${cluster}/${name}`, service));
    }
    for (const { arn, reason, detail } of answer.failures ?? []) {
      const name = arn?.split('/').at(-1) ?? '';
      described.set(
        name,
        reason === 'MISSING'
          ? { kind: 'gone', cause: 'service-missing' }
          : new WeirError(`DescribeServices failed for ${cluster}/${name}: ${reason} ${detail ?? ''}`.trim()),
      );
    }
    return described;
  } catch (error) {
    const outcome: ServiceDescription | Error = isNamed(error, 'ClusterNotFoundException')
      ? { kind: 'gone', cause: 'cluster-missing' }
      : new WeirError(`DescribeServices of cluster ${cluster} failed: ${describeAwsError(error)}`, {
          cause: error,
        });
    return new Map(services.map((name) => [name, outcome]));
  }
}

function toDescription(id: ServiceId, answer: unknown): ServiceDescription | Error {
  const parsed = serviceSchema.safeParse(answer);
  if (!parsed.success) {
    return new WeirError(
      `DescribeServices says of ${id} what Weir cannot read: ${z.prettifyError(parsed.error)}`,
      {
        cause: parsed.error,
      },
    );
  }
  const service = parsed.data;
  // DRAINING: deleted, and its last tasks are stopping. It takes no count any more.
  if (service.status !== 'ACTIVE') return { kind: 'gone', cause: 'service-inactive' };
  return {
    kind: 'described',
    observation: {
      desiredTasks: service.desiredCount,
      runningTasks: service.runningCount,
      pendingTasks: service.pendingCount,
      revision: revisionOf(service),
      deploying: isDeploying(service),
      ...primaryOf(service),
    },
    scheduling: service.schedulingStrategy,
    tags: Object.fromEntries(service.tags.map((tag) => [tag.key, tag.value])),
  };
}

/**
 * Deployments that are there to stay or on their way. A FAILED one is neither: the circuit breaker has ended it, it
 * "doesn't launch any new tasks", and without rollback it stays listed, PRIMARY, until somebody deploys again. Were it
 * taken for a rollout, the service could never be scaled in until then.
 */
function standing(service: EcsService): EcsService['deployments'] {
  return deploymentsOf(service).filter((it) => it.status !== 'INACTIVE' && it.rolloutState !== 'FAILED');
}

function deploymentsOf({ deployments, taskSets }: EcsService): EcsService['deployments'] {
  return deployments.length > 0 ? deployments : taskSets;
}

function isDeploying(service: EcsService): boolean {
  const deployments = standing(service);
  // rolloutState is there only for rolling updates without a Classic Load Balancer; the count says it for the rest.
  return deployments.length > 1 || deployments.some((it) => it.rolloutState === 'IN_PROGRESS');
}

/** Enough of an id to tell a deployment from the one before: it is kept in a state that should stay below a kilobyte. */
const tellingCharacters = 6;

/** Which deployment is the newest, whatever has become of it. */
function primaryOf(service: EcsService): { readonly deployment?: string } {
  const id = deploymentsOf(service).find((it) => it.status === 'PRIMARY')?.id;
  return id === undefined ? {} : { deployment: id.slice(-tellingCharacters) };
}

/** `family:revision` of what runs: the primary deployment, or after a failed one the deployment that it was to replace. */
function revisionOf(service: EcsService): string {
  const deployments = standing(service);
  const current = deployments.find((it) => it.status === 'PRIMARY') ?? deployments[0];
  const arn = current?.taskDefinition ?? service.taskDefinition ?? 'unknown';
  return arn.slice(arn.lastIndexOf('/') + 1);
}

async function update(
  client: ECSClient,
  id: ServiceId,
  desiredTasks: number,
  timeoutSeconds: number,
): Promise<UpdateOutcome> {
  const { cluster, service } = parseServiceId(id);
  try {
    await client.send(new UpdateServiceCommand({ cluster, service, desiredCount: desiredTasks }), {
      abortSignal: AbortSignal.timeout(Math.max(0, Math.floor(timeoutSeconds * 1000))),
    });
    return { kind: 'accepted' };
  } catch (error) {
    const message = describeAwsError(error);
    if (isNamed(error, 'ServiceNotFoundException', 'ServiceNotActiveException', 'ClusterNotFoundException')) {
      return { kind: 'refused', cause: 'service-gone', message };
    }
    const failure = classifyAwsError(error);
    if (failure === 'throttled') return { kind: 'refused', cause: 'throttled', message };
    if (failure === 'unavailable') return { kind: 'unknown', message };
    return { kind: 'refused', cause: 'rejected', message };
  }
}
