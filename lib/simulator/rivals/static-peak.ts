import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { capacityAt } from '../service-capacity.ts';
import type { Workload } from '../workload.ts';

const callTimeoutSeconds = 5;
const minuteSeconds = 60;

/**
 * The fewest tasks that keep up with a load, or where none do, the fewest that can do the most.
 * E.g. 10,000 records/s by tasks of 500, with 120 even partitions: 20. With 30 partitions: 30, for of fewer some task
 * has two.
 */
export function tasksForPeak(scenario: Scenario, peakPerSecond: number): number {
  const least = Math.max(1, scenario.minTasks);
  let best = least;
  for (let tasks = least; tasks <= scenario.maxTasks; tasks++) {
    if (capacityAt(scenario, tasks) > capacityAt(scenario, best)) best = tasks;
    if (capacityAt(scenario, tasks) >= peakPerSecond) return tasks;
  }
  return best;
}

/** The highest mean of a minute. */
export function peakOf({ fromSeconds, untilSeconds, ratePerSecond }: Workload): number {
  let peak = 0;
  for (let at = fromSeconds; at < untilSeconds; at += minuteSeconds) {
    peak = Math.max(peak, ratePerSecond(at + minuteSeconds / 2));
  }
  return peak;
}

/**
 * No scaling: as many tasks as the peak needs, all the time; what those do who have been burnt, and the price of never
 * thinking about it. It knows the highest minute that will come, as an owner can only guess.
 *
 * Assumed: nothing to spare above that minute, which makes it as cheap as it can be.
 */
export function createStaticPeak(scenario: Scenario, workload: Workload): Scaler {
  const tasks = tasksForPeak(scenario, peakOf(workload));
  return {
    name: 'static-peak',
    step: async (world) => {
      if (world.frame().desiredTasks === tasks) return;
      await world.services.updateDesiredTasks(world.service, tasks, callTimeoutSeconds);
    },
  };
}
