import type { Scaler } from './scaler.ts';
import type { Scenario } from './scenario.ts';
import { chainOf } from './world.ts';

/**
 * A scaler for each service of a pipeline, each with the world of its own, in the order in which they feed each other.
 * Those that know a workload ahead know the first one's: what it is, not when it comes through.
 */
export function chained(scenario: Scenario, create: (scenario: Scenario) => Scaler): Scaler {
  const scalers = stagesOf(scenario).map(create);
  const [first] = scalers;
  if (first === undefined || scalers.length === 1) return first ?? create(scenario);
  return {
    name: first.name,
    step: async (world) => {
      for (const [index, stage] of chainOf(world).entries()) await scalers[index]?.step(stage);
    },
  };
}

function stagesOf(scenario: Scenario): readonly Scenario[] {
  return [scenario, ...(scenario.next ? stagesOf(scenario.next) : [])];
}
