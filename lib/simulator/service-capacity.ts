import { effectiveTasks } from '../core/effective-tasks.ts';
import type { Scenario } from './scenario.ts';

type Traits = Pick<
  Scenario,
  'partitions' | 'partitionShares' | 'taskRatePerSecond' | 'contention' | 'downstreamRatePerSecond'
>;

/**
 * What each of n tasks can process: μ ÷ (1 + σ(n−1) + κn(n−1)), Gunther's universal scalability law
 * (http://www.perfdynamics.com/Manifesto/USLscalability.html).
 * E.g. μ = 500, σ = 0.02, κ = 0.0005, 20 tasks: 500 ÷ (1 + 0.38 + 0.19) = 318.5.
 */
export function taskRateAt({ taskRatePerSecond, contention }: Traits, tasks: number): number {
  if (contention === undefined || tasks <= 1) return taskRatePerSecond;
  const { sigma, kappa } = contention;
  return taskRatePerSecond / (1 + sigma * (tasks - 1) + kappa * tasks * (tasks - 1));
}

/** The largest share of the load that one of n tasks gets, with partition i at task i mod n. */
export function heaviestShare({ partitions, partitionShares }: Traits, tasks: number): number {
  if (partitionShares === undefined)
    return 1 / effectiveTasks(tasks, partitions === undefined ? {} : { partitions });
  const loads = new Array<number>(Math.min(tasks, partitionShares.length)).fill(0);
  for (const [index, share] of partitionShares.entries()) {
    const reader = index % loads.length;
    loads[reader] = (loads[reader] ?? 0) + share;
  }
  return Math.max(...loads);
}

/**
 * The load that n tasks can keep up with, records/s: no more than the heaviest loaded of them, nor than what is behind
 * them. E.g. 4 tasks of 500 where one partition of 8 gets half of the load, and its task a fourteenth more: 500 ÷ 0.571
 * = 875.
 */
export function capacityAt(traits: Traits, tasks: number): number {
  if (tasks <= 0) return 0;
  const ceiling = traits.downstreamRatePerSecond ?? Number.POSITIVE_INFINITY;
  return Math.min(ceiling, taskRateAt(traits, tasks) / heaviestShare(traits, tasks));
}
