import { type ECSClient, GetTaskProtectionCommand, paginateListTasks } from '@aws-sdk/client-ecs';
import * as z from 'zod';
import { parseServiceId, type ServiceId } from '../contract/service-id.ts';
import type { TaskProtection } from '../control/ports.ts';
import { classifyAwsError, describeAwsError } from './aws-error.ts';
import { inBatches } from './batches.ts';

/** Neither takes, or gives, more: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html */
const tasksPerCall = 100;

const answerSchema = z.object({
  protectedTasks: z
    .array(z.object({ protectionEnabled: z.boolean() }))
    .max(tasksPerCall)
    .default([]),
  failures: z
    .array(z.object({ reason: z.string().optional() }))
    .max(tasksPerCall)
    .default([]),
});

/**
 * How many running tasks of a service have their scale-in protection on. A task that ECS says nothing of, because it has
 * just stopped, makes it unknown: the next tick asks again.
 */
export async function readProtection(client: ECSClient, id: ServiceId): Promise<TaskProtection> {
  try {
    const { cluster } = parseServiceId(id);
    const tasks = await listTasks(client, id);
    const answers = await Promise.all(
      inBatches(tasks, tasksPerCall).map((batch) =>
        client.send(new GetTaskProtectionCommand({ cluster, tasks: batch })),
      ),
    );
    const told = answers.map((answer) => answerSchema.parse(answer));
    const [failure] = told.flatMap((it) => it.failures);
    if (failure !== undefined) {
      const message = `GetTaskProtection tells nothing of a task: ${failure.reason ?? 'no reason given'}`;
      return { kind: 'failed', cause: 'error', message };
    }
    const protectedTasks = told
      .flatMap((it) => it.protectedTasks)
      .filter((it) => it.protectionEnabled).length;
    return { kind: 'read', protectedTasks };
  } catch (error) {
    const failure = classifyAwsError(error);
    const cause = failure === 'throttled' || failure === 'forbidden' ? failure : 'error';
    return { kind: 'failed', cause, message: describeAwsError(error) };
  }
}

async function listTasks(client: ECSClient, id: ServiceId): Promise<string[]> {
  const { cluster, service } = parseServiceId(id);
  const tasks: string[] = [];
  const pages = paginateListTasks(
    { client, pageSize: tasksPerCall },
    { cluster, serviceName: service, desiredStatus: 'RUNNING' },
  );
  for await (const { taskArns = [] } of pages) tasks.push(...taskArns);
  return tasks;
}
