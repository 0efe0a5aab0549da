import * as z from 'zod';
import { type ServiceId, serviceIdFromArn, serviceIdSchema } from '../contract/service-id.ts';
import type { News } from '../core/observed.ts';

/** What an event of ECS says. `other`: nothing that matters here. */
export type EcsEvent =
  | { readonly kind: 'news'; readonly service: ServiceId; readonly news: News }
  | { readonly kind: 'other' }
  | { readonly kind: 'unreadable'; readonly wrong: string };

const other: EcsEvent = { kind: 'other' };

const arn = z.string().max(2048);
const name = z.string().max(255);
const seconds = z.iso.datetime({ offset: true }).transform((text) => Math.round(Date.parse(text) / 1000));
const said = z
  .string()
  .max(10_000)
  .transform((text) => text.slice(0, 200));

const envelope = { source: z.literal('aws.ecs'), time: seconds };

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
const taskSchema = z.object({
  ...envelope,
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.object({
    clusterArn: arn,
    taskArn: arn,
    taskDefinitionArn: arn,
    group: z.string().max(300).optional(),
    lastStatus: name,
    desiredStatus: name,
    createdAt: seconds.optional(),
    startedAt: seconds.optional(),
    executionStoppedAt: seconds.optional(),
    stoppingAt: seconds.optional(),
    stoppedAt: seconds.optional(),
    stopCode: name.optional(),
    stoppedReason: said.optional(),
    containers: z
      .array(z.object({ exitCode: z.number().int().optional() }))
      .max(100)
      .default([]),
  }),
});
type Task = z.infer<typeof taskSchema>['detail'];

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html */
const actionSchema = z.object({
  ...envelope,
  'detail-type': z.literal('ECS Service Action'),
  resources: z.array(arn).min(1).max(10),
  detail: z.object({ eventName: name, reason: said.optional() }),
});

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
const deploymentSchema = z.object({
  ...envelope,
  'detail-type': z.literal('ECS Deployment State Change'),
  resources: z.array(arn).min(1).max(10),
  detail: z.object({ eventName: name, deploymentId: name, reason: said.optional() }),
});

const eventSchema = z.discriminatedUnion('detail-type', [taskSchema, actionSchema, deploymentSchema]);

/** Reads an event of the default bus, as JSON text. What it does not need it does not look at: ECS adds properties. */
export function readEcsEvent(text: string): EcsEvent {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { kind: 'unreadable', wrong: `It is not JSON: ${String(error)}` };
  }
  const parsed = eventSchema.safeParse(json);
  if (!parsed.success) return { kind: 'unreadable', wrong: z.prettifyError(parsed.error) };
  const event = parsed.data;
  if (event['detail-type'] === 'ECS Task State Change') return newsOfTask(event.detail, event.time);
  const [resource = ''] = event.resources;
  const service = serviceIdFromArn(resource);
  const kind = meanings[event.detail.eventName];
  if (service === undefined || kind === undefined) return other;
  const { reason } = event.detail;
  const deployment = 'deploymentId' in event.detail ? event.detail.deploymentId : undefined;
  const incident = {
    atSeconds: event.time,
    ...(reason && { cause: reason }),
    ...(deployment && { deployment }),
  };
  return { kind: 'news', service, news: { kind, ...incident } };
}

/** Names of events that matter. A configuration that ECS cannot place is as good as no place. */
const meanings: Readonly<Record<string, Exclude<News['kind'], 'task-started' | 'task-failed'>>> = {
  SERVICE_STEADY_STATE: 'steady',
  SERVICE_TASK_START_IMPAIRED: 'start-impaired',
  SERVICE_TASK_PLACEMENT_FAILURE: 'placement-failed',
  SERVICE_TASK_CONFIGURATION_FAILURE: 'placement-failed',
  SERVICE_DEPLOYMENT_FAILED: 'deployment-failed',
  SERVICE_DEPLOYMENT_COMPLETED: 'deployment-completed',
};

function newsOfTask(task: Task, eventSeconds: number): EcsEvent {
  const service = serviceOf(task);
  if (service === undefined) return other;
  const { createdAt, startedAt } = task;
  const identity = { task: lastOf(task.taskArn).slice(0, 8), revision: lastOf(task.taskDefinitionArn) };
  if (task.lastStatus === 'RUNNING' && createdAt !== undefined && startedAt !== undefined) {
    const startupSeconds = Math.max(0, startedAt - createdAt);
    const news: News = { kind: 'task-started', ...identity, atSeconds: startedAt, startupSeconds };
    return { kind: 'news', service, news };
  }
  if (task.lastStatus !== 'STOPPED' || !stoppedByItself(task)) return other;
  // What follows the end of its containers, such as the removal of its network interface, is no part of its life.
  const atSeconds = task.executionStoppedAt ?? task.stoppingAt ?? task.stoppedAt ?? eventSeconds;
  const ran = startedAt === undefined ? {} : { ranSeconds: Math.max(0, atSeconds - startedAt) };
  const news: News = { kind: 'task-failed', ...identity, atSeconds, ...ran, cause: causeOf(task) };
  return { kind: 'news', service, news };
}

/** `service:NAME` on a cluster: whatever else starts a task has another group. */
function serviceOf({ group = '', clusterArn }: Task): ServiceId | undefined {
  if (!group.startsWith(groupPrefix)) return undefined;
  const id = `${lastOf(clusterArn)}/${group.slice(groupPrefix.length)}`;
  return serviceIdSchema.safeParse(id).success ? id : undefined;
}

const groupPrefix = 'service:';

/**
 * A task that nobody had asked to stop. One that fails its health checks is stopped by the scheduler, as those are that a
 * scale-in takes; only the reason tells them apart.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
function stoppedByItself({ stopCode = '', stoppedReason = '' }: Task): boolean {
  const failed = stopCode === 'EssentialContainerExited' || stopCode === 'TaskFailedToStart';
  return failed || stoppedReason.startsWith('Task failed ');
}

function causeOf({ stopCode, stoppedReason, containers }: Task): string {
  const exitCode = containers.find((it) => (it.exitCode ?? 0) !== 0)?.exitCode;
  const reason = stoppedReason ?? stopCode ?? 'stopped';
  return exitCode === undefined ? reason : `exit code ${exitCode}: ${reason}`.slice(0, 200);
}

const lastOf = (text: string) => text.slice(text.lastIndexOf('/') + 1);
