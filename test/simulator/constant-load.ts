import { zeroSeconds } from '../../lib/simulator/time.ts';
import type { Workload } from '../../lib/simulator/workload.ts';

/** The same load all the time, or one that changes at a moment after the beginning. */
export function constantLoad(
  ratePerSecond: number,
  {
    forSeconds = 7200,
    later,
  }: { forSeconds?: number; later?: { afterSeconds: number; ratePerSecond: number } } = {},
): Workload {
  return {
    name: 'constant',
    fromSeconds: zeroSeconds,
    untilSeconds: zeroSeconds + forSeconds,
    zeroSeconds,
    ratePerSecond: (atSeconds) =>
      later !== undefined && atSeconds >= zeroSeconds + later.afterSeconds
        ? later.ratePerSecond
        : ratePerSecond,
  };
}
