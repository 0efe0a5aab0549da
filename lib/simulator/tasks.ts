import { createRandom } from './random.ts';
import { createRollouts } from './rollouts.ts';
import type { Scenario } from './scenario.ts';

/** The tasks of a service as ECS starts and stops them. */
export type Tasks = {
  readonly running: number;
  readonly starting: number;
  /** Of the running, those of the revision that a deployment is replacing; 0 when none goes on. */
  readonly outgoing: number;
  /** Whether a running task gave way to another when tasks were last reconciled. */
  readonly replaced: boolean;
  /** A deployment has begun and is not complete. */
  readonly deploying: boolean;
  /** The newest revision's, even while it is being rolled out. */
  readonly revision: number;
  readonly taskRatePerSecond: number;
  readonly outgoingTaskRatePerSecond: number;
  /** Looks which tasks have started by now, then starts or stops as many as the desired count asks for. */
  reconcile(desiredTasks: number, nowSeconds: number): void;
};

type TaskTraits = Pick<Scenario, 'initialTasks' | 'startupSeconds' | 'taskRatePerSecond' | 'deployments'>;

/**
 * A task takes its time to start, drawn from the scenario's range, and stops at once. Those that are still starting
 * stop first, the newest of them before the others.
 *
 * A deployment replaces the tasks as ECS does with a minimum of 100 % healthy and a maximum of 200 %: as many new ones
 * as are desired start beside the old, of which each goes when a new one is ready.
 */
export function createTasks(traits: TaskTraits, fromSeconds: number, seed: number): Tasks {
  const random = createRandom(seed, 'start-up');
  const { shortest, longest } = traits.startupSeconds;
  const rollouts = createRollouts(traits, fromSeconds);
  /** Of the newest revision. */
  let current = traits.initialTasks;
  let outgoing = 0;
  let replaced = false;
  /** When each starting task will be running; the task that was asked for last is the last one. */
  let readyAtSeconds: number[] = [];

  const beginOrEnd = (nowSeconds: number): void => {
    const change = rollouts.advance(nowSeconds, outgoing === 0 && readyAtSeconds.length === 0);
    if (change === undefined) return;
    readyAtSeconds = [];
    if (change === 'begun') [outgoing, current] = [current, 0];
    if (change === 'rolled-back') [outgoing, current] = [0, outgoing];
  };

  return {
    get running() {
      return outgoing + current;
    },
    get starting() {
      return readyAtSeconds.length;
    },
    get outgoing() {
      return outgoing;
    },
    get replaced() {
      return replaced;
    },
    get deploying() {
      return rollouts.deploying;
    },
    get revision() {
      return rollouts.revision;
    },
    get taskRatePerSecond() {
      return rollouts.taskRatePerSecond;
    },
    get outgoingTaskRatePerSecond() {
      return rollouts.outgoingTaskRatePerSecond;
    },
    reconcile: (desiredTasks, nowSeconds) => {
      const stillStarting = readyAtSeconds.filter((at) => at > nowSeconds);
      current += readyAtSeconds.length - stillStarting.length;
      readyAtSeconds = stillStarting;
      beginOrEnd(nowSeconds);
      while (current + readyAtSeconds.length < desiredTasks) {
        const startupSeconds = shortest + (longest - shortest) * random();
        readyAtSeconds.push(rollouts.neverReady ? Number.POSITIVE_INFINITY : nowSeconds + startupSeconds);
      }
      while (current + readyAtSeconds.length > desiredTasks) {
        if (readyAtSeconds.pop() === undefined) current--;
      }
      const kept = Math.min(outgoing, desiredTasks - current);
      replaced = kept < outgoing;
      outgoing = kept;
    },
  };
}
