import { ECSClient, GetTaskProtectionCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { readProtection } from '../../lib/adapters/task-protection.ts';

const arnOf = (index: number) => `arn:aws:ecs:eu-central-1:111122223333:task/main/${index}`;

/** A service of so many tasks, of which every third protects itself. */
function createWorld(tasks: number) {
  const client = new ECSClient({ region: 'eu-central-1' });
  const ecs = mockClient(client);
  const arns = Array.from({ length: tasks }, (_, index) => arnOf(index));
  ecs.on(ListTasksCommand).callsFake(({ nextToken = '0', maxResults }) => {
    const until = Number(nextToken) + maxResults;
    return {
      taskArns: arns.slice(Number(nextToken), until),
      ...(until < tasks && { nextToken: String(until) }),
    };
  });
  ecs.on(GetTaskProtectionCommand).callsFake(({ tasks: asked }) => ({
    protectedTasks: asked.map((taskArn: string) => ({
      taskArn,
      protectionEnabled: arns.indexOf(taskArn) % 3 === 0,
    })),
  }));
  return { client, ecs };
}

const failed = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });

describe('readProtection', () => {
  it('counts the running tasks that protect themselves, a hundred a call', async () => {
    const { client, ecs } = createWorld(250);

    expect(await readProtection(client, 'main/orders')).toEqual({ kind: 'read', protectedTasks: 84 });

    const listed = ecs.commandCalls(ListTasksCommand).map(({ args }) => args[0].input);
    expect(listed).toHaveLength(3);
    const input = { cluster: 'main', serviceName: 'orders', desiredStatus: 'RUNNING', maxResults: 100 };
    expect(listed[0]).toMatchObject(input);
    const asked = ecs.commandCalls(GetTaskProtectionCommand).map(({ args }) => args[0].input.tasks?.length);
    expect(asked).toEqual([100, 100, 50]);
  });

  it('of no tasks asks for none', async () => {
    const { client, ecs } = createWorld(0);
    expect(await readProtection(client, 'main/orders')).toEqual({ kind: 'read', protectedTasks: 0 });
    expect(ecs.commandCalls(GetTaskProtectionCommand)).toEqual([]);
  });

  it('does not count what it is not told: a task that has just stopped makes it unknown', async () => {
    const { client, ecs } = createWorld(2);
    ecs.on(GetTaskProtectionCommand).resolves({
      protectedTasks: [{ taskArn: arnOf(0), protectionEnabled: true }],
      failures: [{ arn: arnOf(1), reason: 'MISSING' }],
    });
    expect(await readProtection(client, 'main/orders')).toEqual({
      kind: 'failed',
      cause: 'error',
      message: 'GetTaskProtection tells nothing of a task: MISSING',
    });
  });

  it.each([
    ['throttled', failed('ThrottlingException', 400)],
    ['forbidden', failed('AccessDeniedException', 400)],
    ['error', failed('ServerException', 500)],
  ])('says why it is not known: %s', async (cause, error) => {
    const { client, ecs } = createWorld(2);
    ecs.on(ListTasksCommand).rejects(error);
    expect(await readProtection(client, 'main/orders')).toMatchObject({ kind: 'failed', cause });
  });
});
