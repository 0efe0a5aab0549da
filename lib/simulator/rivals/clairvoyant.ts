import { chained } from '../chained.ts';
import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { stepSeconds } from '../time.ts';
import type { Workload } from '../workload.ts';
import { type Plan, planAhead } from './clairvoyant-plan.ts';

const callTimeoutSeconds = 5;

/**
 * What could have been done by somebody who knew every arrival in advance: the cheapest plan of at most 0.1 % late
 * records under the same start-up times, partitions and whole tasks, or the least late one where there is none
 * (clairvoyant-plan.ts). Nobody can deploy it; it tells which lateness is physics and which is the controller's.
 *
 * It is a plan that was found and played, so no proof that there is none better: the model takes the heaviest loaded task
 * for all of them, counts change every 30 s, and each start-up is taken for the longest. The workload and the seed must
 * be those of its world. Services that feed each other are planned in turn, each for what the one before it will process.
 */
export function createClairvoyant(scenario: Scenario, workload: Workload, seed: number): Scaler {
  let fed: Float64Array | undefined;
  return chained(scenario, (stage) => {
    const plan = planAhead(stage, workload, seed, fed);
    fed = plan.processed;
    return follow(plan, workload);
  });
}

function follow({ desiredTasks }: Plan, workload: Workload): Scaler {
  return {
    name: 'clairvoyant',
    step: async (world) => {
      const step = Math.round((world.clock.nowSeconds() - workload.fromSeconds) / stepSeconds);
      const desired = desiredTasks[step];
      if (desired === undefined || desired === world.frame().desiredTasks) return;
      await world.services.updateDesiredTasks(world.service, desired, callTimeoutSeconds);
    },
  };
}
