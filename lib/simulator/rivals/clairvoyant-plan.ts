import type { Scenario } from '../scenario.ts';
import { createStreamService } from '../stream-service.ts';
import { stepSeconds } from '../time.ts';
import type { Workload } from '../workload.ts';
import { cheapestCounts } from './cheapest-counts.ts';
import { foresee, foreseeSteps } from './foresight.ts';
import { narrowestCapacity } from './narrowest-queue.ts';

/** As much of all records may be late. */
export const lateAllowedShare = 0.001;

/** What a service is to be asked for, step by step. */
export type Plan = {
  readonly desiredTasks: Int16Array;
  /** As it came out when the plan was played, and what was processed in each step. */
  readonly lateRecordsShare: number;
  readonly processed: Float64Array;
};

/** What is tried, the cheapest first: a late record's price, in the time that it takes one task, and a reserve. */
const attempts = [
  { latePrice: 1.5, capacityShare: 1 },
  { latePrice: 100_000, capacityShare: 1 },
  { latePrice: 100_000, capacityShare: 0.97 },
  { latePrice: 100_000, capacityShare: 0.9 },
  { latePrice: 100_000, capacityShare: 0.8 },
] as const;

/** A reserve helps where the model is a little too hopeful, and not against more late records than this. */
const curableShare = 0.01;

/**
 * The cheapest plan that is at most 0.1 % late, or, where none of those that are tried is, the one that is least late.
 * The counts come from a model, one queue that is as fast as the narrowest of the service; what they are worth is found
 * by playing them, with the arrivals, the start-up times and the partitions of the run itself. Of a service that another
 * one feeds, `steps` are what that one processes, by its own plan.
 */
export function planAhead(
  scenario: Scenario,
  workload: Workload,
  seed: number,
  steps: Float64Array = foreseeSteps(workload, seed),
): Plan {
  const plan = planner(scenario, steps);
  const tried = (attempt: Attempt): Plan => {
    const desiredTasks = plan(attempt);
    return { desiredTasks, ...play(scenario, workload, seed, steps, desiredTasks) };
  };
  let best = tried(attempts[0]);
  for (const attempt of attempts.slice(1)) {
    if (best.lateRecordsShare <= lateAllowedShare) break;
    if (attempt.capacityShare < 1 && best.lateRecordsShare > curableShare) break;
    const other = tried(attempt);
    if (other.lateRecordsShare < best.lateRecordsShare) best = other;
  }
  return best;
}

type Attempt = { readonly latePrice: number; readonly capacityShare: number };

/** Plans for one service and one load, as often as is asked. */
function planner(scenario: Scenario, steps: Float64Array): (attempt: Attempt) => Int16Array {
  const { initialTasks, minTasks, lagObjectiveSeconds, startupSeconds } = scenario;
  const pauseSeconds = pauseOf(scenario);
  const intervalSeconds = 30 * Math.max(1, Math.ceil(pauseSeconds / 30));
  const foresight = foresee(steps, intervalSeconds, lagObjectiveSeconds);
  const leadSeconds = stepSeconds * Math.ceil(startupSeconds.longest / stepSeconds);
  const blocked = blockedTimes(scenario, leadSeconds);
  const capacities = capacitiesOf(scenario, foresight.arrived, intervalSeconds);
  return ({ latePrice, capacityShare }) => {
    const scaled = capacities.map((it) => it.map((capacity) => capacity * capacityShare));
    const counts = cheapestCounts({
      foresight,
      capacities: (interval) => scaled[interval] ?? new Float64Array(),
      initialTasks,
      minTasks,
      startupSeconds: leadSeconds,
      canStart: (interval) => !blocked(interval * intervalSeconds),
      pauseSeconds,
      latePrice: latePrice / scenario.taskRatePerSecond,
    });
    return desiredFor(counts, { intervalSeconds, leadSeconds, steps: steps.length, initialTasks });
  };
}

/**
 * How long a change of the count stops consumption: the rebalance, and half of the time that may lie between the first
 * of several new tasks and the last, for each begins one of its own.
 */
function pauseOf({ rebalanceSeconds, startupSeconds }: Scenario): number {
  if (rebalanceSeconds === 0) return 0;
  return rebalanceSeconds + (startupSeconds.longest - startupSeconds.shortest) / 2;
}

/** When no task can become ready: before the first could, and in and after a deployment that fails. */
function blockedTimes({ deployments = [] }: Scenario, leadSeconds: number): (atSeconds: number) => boolean {
  // What is asked for takes effect one step later.
  const first = leadSeconds + stepSeconds;
  const failing = deployments.filter((it) => it.fails);
  return (at) =>
    at < first ||
    failing.some(({ atSeconds, seconds }) => at >= atSeconds && at < atSeconds + seconds + first);
}

/** For each interval, what each count keeps up with. A count beyond which no more is gained is the last. */
function capacitiesOf(scenario: Scenario, arrived: Float64Array, intervalSeconds: number): Float64Array[] {
  const counts = Array.from({ length: scenario.maxTasks + 1 }, (_, count) => count);
  const deployed = (scenario.deployments ?? []).filter((it) => !it.fails);
  const even = scenario.partitionShares === undefined;
  const known = new Map<number, Float64Array>();
  return Array.from({ length: arrived.length - 1 }, (_, interval) => {
    const at = interval * intervalSeconds;
    const taskRatePerSecond = deployed.reduce(
      (rate, it) => (it.atSeconds + it.seconds <= at ? (it.taskRatePerSecond ?? rate) : rate),
      scenario.taskRatePerSecond,
    );
    const load = ((arrived[interval + 1] ?? 0) - (arrived[interval] ?? 0)) / intervalSeconds;
    const capacities =
      (even ? known.get(taskRatePerSecond) : undefined) ??
      Float64Array.from(counts, (count) =>
        narrowestCapacity({ ...scenario, taskRatePerSecond }, count, load),
      );
    known.set(taskRatePerSecond, capacities);
    return capacities;
  });
}

/**
 * What to ask for so that these counts run: at each moment the most of what is to run within the time that a task takes
 * to start at the longest. What is needed again so soon is not stopped, as that would cost more than to keep it.
 */
export function desiredFor(
  counts: Int16Array,
  {
    intervalSeconds,
    leadSeconds,
    steps,
    initialTasks,
  }: {
    readonly intervalSeconds: number;
    readonly leadSeconds: number;
    readonly steps: number;
    readonly initialTasks: number;
  },
): Int16Array {
  const countAt = (atSeconds: number) =>
    counts[Math.min(counts.length - 1, Math.floor(atSeconds / intervalSeconds))] ?? initialTasks;
  return Int16Array.from({ length: steps }, (_, step) => {
    // The first step is over before anything can be asked for.
    if (step === 0) return initialTasks;
    const from = step * stepSeconds;
    let most = countAt(from + leadSeconds);
    for (let at = from; at < from + leadSeconds; at += stepSeconds) most = Math.max(most, countAt(at));
    return most;
  });
}

/** What comes of it when the service is asked for these tasks. */
function play(
  scenario: Scenario,
  { fromSeconds }: Workload,
  seed: number,
  steps: Float64Array,
  desiredTasks: Int16Array,
): Pick<Plan, 'lateRecordsShare' | 'processed'> {
  const service = createStreamService(scenario, fromSeconds, seed);
  let [arrived, late] = [0, 0];
  const processed = new Float64Array(steps.length);
  for (const [index, records] of steps.entries()) {
    const step = service.step(desiredTasks[index] ?? 0, records);
    arrived += step.arrivedRecords;
    late += step.lateRecords;
    processed[index] = step.processedRecords;
  }
  return { lateRecordsShare: arrived > 0 ? (late + service.lateWaitingRecords) / arrived : 0, processed };
}
