import { demoScenario } from '../demo-scenario.ts';
import type { Deployment, Scenario } from '../scenario.ts';
import { capacityAt } from '../service-capacity.ts';
import type { Workload } from '../workload.ts';

/** A scenario before it is known where its load begins, and how long it lasts. */
export type Traits = Omit<Scenario, 'initialTasks' | 'deployments' | 'next'> & {
  readonly next?: Traits;
  readonly deploymentsIn?: (lengthSeconds: number) => readonly Deployment[];
};

/** What a scenario says of a service whose peak `peakTasks` process, and whose owner wants this objective. */
export type TraitsOf = (peakTasks: number, lagObjectiveSeconds: number) => Traits;

const nothing: Workload = {
  name: 'nothing',
  fromSeconds: 0,
  untilSeconds: 60,
  zeroSeconds: 0,
  ratePerSecond: () => 0,
};

/** The service of the demo: a consumer of Kinesis that its CPU limits. The other scenarios say where they differ. */
export const cpuKinesis: TraitsOf = (peakTasks, lagObjectiveSeconds) => {
  const { initialTasks, ...traits } = demoScenario(nothing, peakTasks, lagObjectiveSeconds);
  return traits;
};

/** What `peakTasks` tasks keep up with, records/s; a limit downstream left aside, for it is the service's trouble. */
export function peakOf(traits: Traits, peakTasks: number): number {
  const { downstreamRatePerSecond, next, ...tasksAlone } = traits;
  // The smallest whole count that is the peak's: parts of a task process their part.
  return (capacityAt(tasksAlone, Math.ceil(peakTasks)) * peakTasks) / Math.ceil(peakTasks);
}

/** Where a careful owner would start: with a fifth to spare. */
const initialUtilization = 0.8;

/** The scenario for a load: it begins with the tasks that the load's beginning needs. */
export function beginWith({ deploymentsIn, next, ...traits }: Traits, workload: Workload): Scenario {
  const rate = workload.ratePerSecond(workload.fromSeconds) / initialUtilization;
  let initialTasks = Math.max(1, traits.minTasks);
  while (initialTasks < traits.maxTasks && capacityAt(traits, initialTasks) < rate) initialTasks++;
  const deployments = deploymentsIn?.(workload.untilSeconds - workload.fromSeconds);
  return {
    ...traits,
    initialTasks,
    ...(deployments && { deployments }),
    ...(next && { next: beginWith(next, workload) }),
  };
}

/** With agents in this service and in all that it feeds. */
export function withAgents(scenario: Scenario): Scenario {
  return { ...scenario, agents: true, ...(scenario.next && { next: withAgents(scenario.next) }) };
}
