import type { RateObservation } from './loop-state.ts';
import type { Flow } from './rates.ts';
import { mean } from './statistics.ts';
import type { TaskCount, Window } from './window.ts';

/** Below this what a task does besides its work weighs too much. */
const leastBusyShare = 0.2;

/**
 * What one task could do if it were never idle, as agents' reports show it in each stretch of `flow.intervals`, oldest
 * first: μ = X / (n · busy). Busy is the mean over all n tasks, those without a partition included, so that it does not
 * matter here how the partitions lie. Seen only where one count ran undisturbed from `settleSeconds` before the stretch
 * to its end. A stretch in which partitions changed hands has no backlog at one of its ends, and is none of the flow's.
 * E.g. 4 tasks that are busy for 0.4 of their time process 800 records/s: μ = 800 / (4 · 0.4) = 500 records/s.
 */
export function busyRatesOf(window: Window, flow: Flow, settleSeconds: number): RateObservation[] {
  const { busyShare: reports = [] } = window.series;
  const observations: RateObservation[] = [];
  let report = 0;
  let count = 0;
  for (const { fromSeconds, toSeconds, processedPerSecond } of flow.intervals) {
    // The stretches follow each other in time: nothing is looked at twice.
    while ((reports[report]?.atSeconds ?? toSeconds) <= fromSeconds) report++;
    const shares: number[] = [];
    for (let it = reports[report]; it !== undefined && it.atSeconds <= toSeconds; it = reports[++report])
      shares.push(it.value);
    const settledFrom = fromSeconds - settleSeconds;
    while ((window.taskCounts[count + 1]?.atSeconds ?? toSeconds) <= settledFrom) count++;
    const busyShare = mean(shares);
    if (busyShare === undefined || busyShare < leastBusyShare) continue;
    const tasks = steadyTasks(window, count, settledFrom, toSeconds);
    if (tasks === undefined) continue;
    observations.push({
      atSeconds: toSeconds,
      tasks,
      perTaskPerSecond: processedPerSecond / (tasks * busyShare),
    });
  }
  return observations;
}

/** The count that ran, one and the same, at every tick from the one at `index` to the first after `toSeconds`. */
function steadyTasks(
  { taskCounts, observation }: Window,
  index: number,
  fromSeconds: number,
  toSeconds: number,
): number | undefined {
  const first = taskCounts[index];
  if (first === undefined || first.runningTasks === 0 || first.atSeconds > fromSeconds) return undefined;
  const steady = (it: TaskCount) =>
    !it.deploying &&
    it.disturbed === undefined &&
    it.revision === observation.revision &&
    it.runningTasks === first.runningTasks &&
    it.desiredTasks === first.runningTasks;
  for (let later = index; later < taskCounts.length; later++) {
    const count = taskCounts[later];
    if (count === undefined || !steady(count)) return undefined;
    if (count.atSeconds >= toSeconds) return first.runningTasks;
  }
  return undefined;
}
