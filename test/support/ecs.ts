import { readEcsEvent } from '../../lib/control/ecs-events.ts';
import { nothingObserved, type Observed, withNews } from '../../lib/core/observed.ts';
import { noon } from '../control/world.ts';
import { actionEvent, deploymentEvent, startedEvent, stoppedEvent, type TaskTraits } from './ecs-events.ts';
import type { createFluid } from './fluid.ts';
import type { Minute } from './story.ts';

const startupSeconds = 40;
const stepSeconds = 10;
/** So often the scheduler says again that it finds no place, and after so long that all is well. */
const complainsEverySeconds = 120;
const steadyAfterSeconds = 60;

type Task = { -readonly [K in keyof TaskTraits]: TaskTraits[K] } & { revision: string };

/**
 * A service on ECS as its scheduler keeps it, under the load of a fluid, minute by minute: tasks take 40 s to start,
 * stop by themselves where `livesSeconds` says so, and find no place beyond `places`. What ECS tells of it reaches
 * Weir as the events of EventBridge.
 */
export function createEcs(fluid: ReturnType<typeof createFluid>) {
  const tasks: Task[] = [];
  let observed: Observed = nothingObserved;
  let begun = 0;
  let [complainedAt, troubledAt, steadyTold] = [0, 0, true];
  const ecs = {
    /** Tasks of `revision` stop by themselves so long after their start. */
    livesSeconds: Number.POSITIVE_INFINITY,
    places: Number.POSITIVE_INFINITY,
    /** So many of them do; all, unless it is said. */
    unlucky: Number.POSITIVE_INFINITY,
    revision: 'orders:12',
    deployment: 'ecs-svc/1',
    deploying: false,
  };
  const now = () => noon + 60 * fluid.story.told.length;
  const tell = (event: object) => {
    const read = readEcsEvent(JSON.stringify(event));
    if (read.kind !== 'news') throw new Error(`no news: ${JSON.stringify(event)}`);
    observed = withNews(observed, [read.news]);
  };
  const start = (atSeconds: number) => {
    const id = `${(begun++).toString(16).padStart(8, '0')}6465404e8b1b2356dc13c2f8`;
    tasks.push({ id, createdAt: atSeconds, revision: ecs.revision });
  };
  const isRunning = ({ startedAt }: Task) => startedAt !== undefined;
  const dies = (task: Task, index: number, atSeconds: number) =>
    task.startedAt !== undefined &&
    ecs.livesSeconds !== Number.POSITIVE_INFINITY &&
    index < ecs.unlucky &&
    task.revision === ecs.revision &&
    atSeconds >= task.startedAt + ecs.livesSeconds;

  const step = (atSeconds: number, desired: number) => {
    for (const [index, task] of [...tasks].entries()) {
      if (task.startedAt === undefined && atSeconds >= task.createdAt + startupSeconds) {
        task.startedAt = atSeconds;
        tell(startedEvent({ ...task, startedAt: atSeconds }));
      }
      if (!dies(task, index, atSeconds)) continue;
      tell(stoppedEvent(task, atSeconds));
      troubledAt = atSeconds;
      // The task that replaces it takes its place, and its fate.
      tasks.splice(tasks.indexOf(task), 1);
      if (tasks.length < ecs.places) {
        start(atSeconds);
        tasks.splice(index, 0, tasks.pop()!);
      }
    }
    const current = () => tasks.filter((it) => it.revision === ecs.revision).length;
    while (current() < desired && tasks.length < ecs.places) start(atSeconds);
    while (current() > desired) tasks.pop();
    if (current() < desired && atSeconds >= complainedAt + complainsEverySeconds) {
      complainedAt = atSeconds;
      troubledAt = atSeconds;
      tell(actionEvent('SERVICE_TASK_PLACEMENT_FAILURE', atSeconds, 'RESOURCE:FARGATE'));
    }
    const whole = tasks.length === desired && tasks.every(isRunning);
    if (!whole) steadyTold = false;
    else if (!steadyTold && atSeconds >= troubledAt + steadyAfterSeconds) {
      steadyTold = true;
      tell(actionEvent('SERVICE_STEADY_STATE', atSeconds));
    }
  };

  return Object.assign(ecs, {
    tell: (eventName: string, deployment: string, reason: string) =>
      tell(deploymentEvent(eventName, now(), deployment, reason)),
    /** Only what a revision has started goes on. */
    stopAll: (revision: string) => {
      for (const task of tasks.filter((it) => it.revision === revision)) tasks.splice(tasks.indexOf(task), 1);
    },
    /** One minute of load. Tasks that are about to stop do nothing. */
    minute: (arrivalsPerSecond: number, more: Partial<Minute> = {}) => {
      const { desiredTasks } = fluid.story.observation();
      for (let at = now() - 60 + stepSeconds; at <= now(); at += stepSeconds) step(at, desiredTasks);
      const useful = tasks.filter((it, index) => isRunning(it) && !dies(it, index, Number.POSITIVE_INFINITY));
      const { deploying, deployment, revision } = ecs;
      const runningTasks = tasks.filter(isRunning).length;
      const pendingTasks = tasks.length - runningTasks;
      return fluid.minute(arrivalsPerSecond, {
        ...more,
        working: useful.length,
        observed,
        observation: { runningTasks, pendingTasks, deploying, deployment, revision },
      });
    },
  });
}
