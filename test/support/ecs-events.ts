const account = '111122223333';
const region = 'eu-central-1';
const arn = (resource: string) => `arn:aws:ecs:${region}:${account}:${resource}`;
const at = (seconds: number) => new Date(seconds * 1000).toISOString();

/** A task as its events tell it; moments are epoch seconds. */
export type TaskTraits = {
  readonly id: string;
  readonly service?: string;
  readonly cluster?: string;
  readonly revision?: string;
  readonly createdAt: number;
  readonly startedAt?: number;
};

const envelope = (detailType: string, seconds: number, resource: string) => ({
  version: '0',
  id: '3317b2af-7005-947d-b652-f55e762e571a',
  'detail-type': detailType,
  source: 'aws.ecs',
  account,
  time: at(seconds),
  region,
  resources: [arn(resource)],
});

function taskEvent(task: TaskTraits, seconds: number, more: object) {
  const { id, service = 'orders', cluster = 'main', revision = 'orders:12', createdAt, startedAt } = task;
  return {
    ...envelope('ECS Task State Change', seconds, `task/${cluster}/${id}`),
    detail: {
      attachments: [{ id: 'c5e3', type: 'eni', status: 'ATTACHED', details: [] }],
      availabilityZone: `${region}a`,
      clusterArn: arn(`cluster/${cluster}`),
      connectivity: 'CONNECTED',
      containers: [{ name: 'app', lastStatus: 'RUNNING', taskArn: arn(`task/${cluster}/${id}`) }],
      cpu: '1024',
      memory: '2048',
      createdAt: at(createdAt),
      ...(startedAt !== undefined && { startedAt: at(startedAt) }),
      desiredStatus: 'RUNNING',
      group: `service:${service}`,
      launchType: 'FARGATE',
      lastStatus: 'RUNNING',
      startedBy: 'ecs-svc/1234567890123456789',
      taskArn: arn(`task/${cluster}/${id}`),
      taskDefinitionArn: arn(`task-definition/${revision}`),
      updatedAt: at(seconds),
      version: 4,
      ...more,
    },
  };
}

/** As EventBridge tells that a task runs. */
export const startedEvent = (task: TaskTraits & { readonly startedAt: number }, more: object = {}) =>
  taskEvent(task, task.startedAt, more);

/** As EventBridge tells that a task has stopped: by itself, with exit code 1, unless `more` says otherwise. */
export const stoppedEvent = (task: TaskTraits, seconds: number, more: object = {}) =>
  taskEvent(task, seconds, {
    lastStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    executionStoppedAt: at(seconds),
    stoppingAt: at(seconds + 1),
    stoppedAt: at(seconds + 25),
    containers: [{ name: 'app', lastStatus: 'STOPPED', exitCode: 1 }],
    ...more,
  });

/** As EventBridge tells what a service's scheduler has to say. */
export const actionEvent = (
  eventName: string,
  seconds: number,
  reason?: string,
  service = 'main/orders',
) => ({
  ...envelope('ECS Service Action', seconds, `service/${service}`),
  detail: {
    eventType: eventName === 'SERVICE_STEADY_STATE' ? 'INFO' : 'ERROR',
    eventName,
    clusterArn: arn('cluster/main'),
    createdAt: at(seconds),
    ...(reason !== undefined && { reason }),
  },
});

/** As EventBridge tells how a deployment goes. */
export const deploymentEvent = (
  eventName: string,
  seconds: number,
  deploymentId: string,
  reason: string,
) => ({
  ...envelope('ECS Deployment State Change', seconds, 'service/main/orders'),
  detail: { eventType: 'INFO', eventName, deploymentId, updatedAt: at(seconds), reason },
});
