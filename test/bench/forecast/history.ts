import type { Point } from '../../../lib/contract/measurement.ts';
import { historyPeriodSeconds } from '../../../lib/core/backtest.ts';
import type { Trace } from '../../../lib/simulator/trace.ts';

/**
 * A trace as CloudWatch would have kept it, five minutes by five minutes. Bins of five minutes and less are averaged as
 * they are; coarser ones are joined by lines, which makes their minutes smoother than any load is.
 */
export function historyOf({ timesSeconds, rates, lengthSeconds }: Trace): Point[] {
  const points: Point[] = [];
  let bin = 0;
  for (let end = historyPeriodSeconds; end <= lengthSeconds; end += historyPeriodSeconds) {
    const begin = end - historyPeriodSeconds;
    while ((timesSeconds[bin + 1] ?? Number.POSITIVE_INFINITY) <= begin) bin++;
    let [sum, count] = [0, 0];
    for (let it = bin; (timesSeconds[it] ?? end) < end; it++) {
      if ((timesSeconds[it] ?? 0) < begin) continue;
      sum += rates[it] ?? 0;
      count++;
    }
    const middle = begin + historyPeriodSeconds / 2;
    points.push({
      atSeconds: end,
      value: isCoarse(timesSeconds) || count === 0 ? between(bin, middle) : sum / count,
    });
  }
  return points;

  function between(index: number, atSeconds: number): number {
    const [from, to] = [timesSeconds[index] ?? 0, timesSeconds[index + 1]];
    const rate = rates[index] ?? 0;
    if (to === undefined) return rate;
    return rate + ((rates[index + 1] ?? rate) - rate) * ((atSeconds - from) / (to - from));
  }
}

export function isCoarse(timesSeconds: Trace['timesSeconds']): boolean {
  return (timesSeconds[1] ?? 0) - (timesSeconds[0] ?? 0) > historyPeriodSeconds;
}
