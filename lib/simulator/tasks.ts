import { createRandom } from './random.ts';
import type { Scenario } from './scenario.ts';

/** The tasks of a service as ECS starts and stops them. */
export type Tasks = {
  readonly running: number;
  readonly starting: number;
  /** Looks which tasks have started by now, then starts or stops as many as the desired count asks for. */
  reconcile(desiredTasks: number, nowSeconds: number): void;
};

/**
 * A task takes its time to start, drawn from the scenario's range, and stops at once. Those that are still starting
 * stop first, the newest of them before the others.
 */
export function createTasks(
  { initialTasks, startupSeconds }: Pick<Scenario, 'initialTasks' | 'startupSeconds'>,
  seed: number,
): Tasks {
  const random = createRandom(seed, 'start-up');
  const { shortest, longest } = startupSeconds;
  let running = initialTasks;
  /** When each starting task will be running; the task that was asked for last is the last one. */
  let readyAtSeconds: number[] = [];

  return {
    get running() {
      return running;
    },
    get starting() {
      return readyAtSeconds.length;
    },
    reconcile: (desiredTasks, nowSeconds) => {
      const stillStarting = readyAtSeconds.filter((at) => at > nowSeconds);
      running += readyAtSeconds.length - stillStarting.length;
      readyAtSeconds = stillStarting;
      while (running + readyAtSeconds.length < desiredTasks) {
        readyAtSeconds.push(nowSeconds + shortest + (longest - shortest) * random());
      }
      while (running + readyAtSeconds.length > desiredTasks) {
        if (readyAtSeconds.pop() === undefined) running--;
      }
    },
  };
}
