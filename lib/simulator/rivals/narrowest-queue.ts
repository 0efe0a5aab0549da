import type { Scenario } from '../scenario.ts';
import { capacityAt, heaviestShare, taskRateAt } from '../service-capacity.ts';

type Traits = Pick<
  Scenario,
  'partitions' | 'partitionShares' | 'taskRatePerSecond' | 'contention' | 'downstreamRatePerSecond'
>;

/**
 * The load at which the partition that gets most neither falls behind nor catches up, while the others keep up,
 * records/s of the whole stream: what its task has left for it, in the measure of the stream. A task serves its
 * partitions fairly, so those that get less are served first; those that get as much wait with it.
 * E.g. a task of 500 has partitions with 20 % and 5 % of 1,600 records/s: 500 − 80 = 420 are left, enough for 2,100.
 */
export function narrowestCapacity(traits: Traits, tasks: number, loadPerSecond: number): number {
  const even = capacityAt(traits, tasks);
  const { partitionShares: shares } = traits;
  if (shares === undefined || tasks <= 0) return even;
  const hottest = shares.indexOf(Math.max(...shares));
  const readers = Math.min(tasks, shares.length);
  const held = shares.filter((_, index) => index % readers === hottest % readers);
  const hot = shares[hottest] ?? 0;
  const load = held.reduce((sum, share) => sum + share, 0);
  // Where another task has more to do, it is the one that falls behind.
  if (load < heaviestShare(traits, tasks)) return even;
  const waiting = held.filter((share) => share === hot).length * hot;
  const left = taskRateAt(traits, tasks) - (load - waiting) * loadPerSecond;
  const fairly = taskRateAt(traits, tasks) / held.length / hot;
  const ceiling = traits.downstreamRatePerSecond ?? Number.POSITIVE_INFINITY;
  return Math.min(ceiling, Math.max(fairly, left / waiting));
}
