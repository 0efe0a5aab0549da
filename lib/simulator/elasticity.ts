import type { Scenario } from './scenario.ts';
import { capacityAt } from './service-capacity.ts';

/**
 * How closely the supply of tasks s follows the demand d, the fewest tasks that the load of a moment needs; all in
 * percent. Herbst et al., "Ready for Rain? A View from SPEC Research on the Future of Cloud Metrics", SPEC-RG-2016-01,
 * https://arxiv.org/abs/1604.03470.
 */
export type Elasticity = {
  /** Tasks that were lacking, of those that were needed, in the mean over time. */
  readonly thetaU: number;
  /** The same of those that were too many. */
  readonly thetaO: number;
  /** Share of the time in which tasks were lacking. */
  readonly tauU: number;
  /** Share of the time in which there were too many. */
  readonly tauO: number;
};

export type ElasticityMeter = {
  /** One step, as long as any other. */
  record(demandTasks: number, supplyTasks: number): void;
  readonly elasticity: Elasticity;
};

/**
 * θ_U = 100/T · Σ max(d−s, 0)/d · Δt and θ_O = 100/T · Σ max(s−d, 0)/d · Δt; τ_U and τ_O are the shares of the time with
 * s < d and s > d. Where nothing is needed, each task counts as if one was.
 * E.g. three equal steps with d = 4, 4, 2 and s = 3, 4, 3: θ_U = 100/3 · 1/4 = 8.33, θ_O = 100/3 · 1/2 = 16.67,
 * τ_U = τ_O = 33.3.
 */
export function createElasticityMeter(): ElasticityMeter {
  let [steps, lacking, excess, underSteps, overSteps] = [0, 0, 0, 0, 0];
  const percent = (sum: number) => (steps > 0 ? (100 * sum) / steps : 0);
  return {
    record: (demandTasks, supplyTasks) => {
      const gap = (demandTasks - supplyTasks) / Math.max(1, demandTasks);
      steps++;
      if (gap > 0) {
        lacking += gap;
        underSteps++;
      } else if (gap < 0) {
        excess -= gap;
        overSteps++;
      }
    },
    get elasticity() {
      return {
        thetaU: percent(lacking),
        thetaO: percent(excess),
        tauU: percent(underSteps),
        tauO: percent(overSteps),
      };
    },
  };
}

/**
 * The fewest tasks, of those that the owner allows, that keep up with a load; where none do, the fewest that come
 * closest. `capacityOf` is asked for each count once.
 * E.g. of 1 to 10 tasks of 500 records/s on 8 even partitions, 2100 records/s need 8, for 5, 6 and 7 are worth only 4.
 */
export function createDemand(
  { minTasks, maxTasks }: Pick<Scenario, 'minTasks' | 'maxTasks'>,
  capacityOf: (tasks: number) => number,
): (ratePerSecond: number) => number {
  /** Counts that are worth more than every smaller one, the fewest first. */
  const worthwhile: { readonly tasks: number; readonly capacity: number }[] = [];
  for (let tasks = minTasks; tasks <= maxTasks; tasks++) {
    const capacity = capacityOf(tasks);
    if (capacity > (worthwhile.at(-1)?.capacity ?? Number.NEGATIVE_INFINITY)) {
      worthwhile.push({ tasks, capacity });
    }
  }
  return (ratePerSecond) => {
    let [low, high] = [0, worthwhile.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((worthwhile[middle]?.capacity ?? 0) >= ratePerSecond) high = middle;
      else low = middle + 1;
    }
    return worthwhile[low]?.tasks ?? minTasks;
  };
}

type Served = Parameters<typeof capacityAt>[0] & Pick<Scenario, 'minTasks' | 'maxTasks'>;

/** The demand of a scenario's service. */
export function demandOf(scenario: Served): (ratePerSecond: number) => number {
  return createDemand(scenario, (tasks) => capacityAt(scenario, tasks));
}
