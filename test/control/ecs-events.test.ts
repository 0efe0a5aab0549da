import { describe, expect, it } from 'vitest';
import { readEcsEvent } from '../../lib/control/ecs-events.ts';
import {
  actionEvent,
  deploymentEvent,
  startedEvent,
  stoppedEvent,
  type TaskTraits,
} from '../support/ecs-events.ts';
import { noon } from './world.ts';

const task: TaskTraits & { readonly startedAt: number } = {
  id: '0f9de17a6465404e8b1b2356dc13c2f8',
  createdAt: noon,
  startedAt: noon + 41,
};
const identity = { task: '0f9de17a', revision: 'orders:12' };
const read = (event: object) => readEcsEvent(JSON.stringify(event));
const news = (more: object) => ({ kind: 'news', service: 'main/orders', news: more });

describe('a task', () => {
  it('that runs: how long it took from its creation', () => {
    const startup = { ...identity, atSeconds: noon + 41, startupSeconds: 41 };
    expect(read(startedEvent(task))).toEqual(news({ kind: 'task-started', ...startup }));
  });

  it('that stops by itself: when its containers ended, how long it had run, and what ECS says', () => {
    expect(read(stoppedEvent(task, noon + 71))).toEqual(
      news({
        kind: 'task-failed',
        ...identity,
        atSeconds: noon + 71,
        ranSeconds: 30,
        cause: 'exit code 1: Essential container in task exited',
      }),
    );
  });

  it.each<[string, object, string]>([
    [
      'that never ran',
      {
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'CannotPullContainerError: no such image',
        containers: [],
      },
      'CannotPullContainerError: no such image',
    ],
    [
      'that fails its health checks, stopped by the scheduler',
      {
        stopCode: 'ServiceSchedulerInitiated',
        stoppedReason: 'Task failed container health checks',
        containers: [{ exitCode: 0 }],
      },
      'Task failed container health checks',
    ],
  ])('%s', (_, more, cause) => {
    const { startedAt, ...unstarted } = task;
    expect(read(stoppedEvent(unstarted, noon + 71, more))).toEqual(
      news({ kind: 'task-failed', ...identity, atSeconds: noon + 71, cause }),
    );
  });

  it.each<[string, object]>([
    [
      'scaled in',
      {
        stopCode: 'ServiceSchedulerInitiated',
        stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
      },
    ],
    ['stopped by a person', { stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' }],
    ['of Spot', { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }],
    ['of no service', { group: 'family:orders' }],
    ['of a service that nothing can be called', { group: 'service:a/b' }],
    ['on its way', { lastStatus: 'PENDING', stopCode: undefined }],
  ])('%s is no news', (_, more) => {
    expect(read(stoppedEvent(task, noon + 71, more))).toEqual({ kind: 'other' });
  });
});

describe('a service', () => {
  it.each([
    ['SERVICE_TASK_PLACEMENT_FAILURE', 'placement-failed', 'RESOURCE:FARGATE'],
    ['SERVICE_TASK_CONFIGURATION_FAILURE', 'placement-failed', 'The security group does not exist'],
    ['SERVICE_TASK_START_IMPAIRED', 'start-impaired', undefined],
    ['SERVICE_STEADY_STATE', 'steady', undefined],
  ])('%s', (eventName, kind, cause) => {
    const expected = { kind, atSeconds: noon, ...(cause !== undefined && { cause }) };
    expect(read(actionEvent(eventName, noon, cause))).toEqual(news(expected));
  });

  it('keeps of what is said as much as a table can bear', () => {
    const answer = read(actionEvent('SERVICE_TASK_PLACEMENT_FAILURE', noon, 'x'.repeat(5000)));
    expect(answer).toMatchObject({ news: { cause: 'x'.repeat(200) } });
  });

  it.each([
    ['SERVICE_DEPLOYMENT_FAILED', 'deployment-failed'],
    ['SERVICE_DEPLOYMENT_COMPLETED', 'deployment-completed'],
  ])('%s', (eventName, kind) => {
    expect(read(deploymentEvent(eventName, noon, 'ecs-svc/2', 'tasks failed to start.'))).toEqual(
      news({ kind, atSeconds: noon, deployment: 'ecs-svc/2', cause: 'tasks failed to start.' }),
    );
  });

  it.each<[string, object]>([
    ['an event that does not matter', actionEvent('TASKS_STOPPED', noon)],
    [
      'a deployment that begins',
      deploymentEvent('SERVICE_DEPLOYMENT_IN_PROGRESS', noon, 'ecs-svc/2', 'begun'),
    ],
    [
      'an ARN of before 2018',
      { ...actionEvent('SERVICE_STEADY_STATE', noon), resources: ['arn:aws:ecs:r:1:service/orders'] },
    ],
  ])('%s is no news', (_, event) => {
    expect(read(event)).toEqual({ kind: 'other' });
  });
});

describe('what cannot be read says what is wrong', () => {
  const { detail, ...headless } = startedEvent(task);
  it.each<[string, string, RegExp]>([
    ['no JSON', 'Hello!', /not JSON/],
    ['another source', JSON.stringify({ ...startedEvent(task), source: 'me' }), /source/],
    ['another detail-type', JSON.stringify({ ...startedEvent(task), 'detail-type': 'Spot' }), /detail-type/],
    ['no detail', JSON.stringify(headless), /detail/],
    ['no moment', JSON.stringify({ ...headless, detail: { ...detail, createdAt: 'noon' } }), /createdAt/],
    [
      'an endless name',
      JSON.stringify({ ...headless, detail: { ...detail, taskArn: 'x'.repeat(3000) } }),
      /taskArn/,
    ],
  ])('%s', (_, text, wrong) => {
    expect(readEcsEvent(text)).toEqual({ kind: 'unreadable', wrong: expect.stringMatching(wrong) });
  });
});
