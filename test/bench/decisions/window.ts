import { quantile } from '../../../lib/core/statistics.ts';
import { sliceTrace, type Trace, type TraceSlice } from '../../../lib/simulator/trace.ts';

const daySeconds = 86_400;
/** Bins of ten minutes and more hide what happens within them: they test planning, and no fast reaction. */
const coarseBinSeconds = 600;

/**
 * The eventful part of a trace: of the parts of `days` that begin a whole number of days after its first bin, or of such
 * parts where they are shorter than a day, the one in which the 99.9th percentile of the bins is the most times their
 * median; the earliest of equals. A trace that is not longer is played whole. Where the median is 0, nothing is said.
 */
export function eventfulPart(trace: Trace, days: number): TraceSlice {
  const forSeconds = Math.min(days * daySeconds, trace.lengthSeconds);
  const strideSeconds = Math.min(daySeconds, forSeconds);
  let best = { fromSeconds: 0, eventfulness: Number.NEGATIVE_INFINITY };
  for (let from = 0; from + forSeconds <= trace.lengthSeconds; from += strideSeconds) {
    const found = eventfulness(ratesIn(trace, from, from + forSeconds));
    if (found !== undefined && found > best.eventfulness) best = { fromSeconds: from, eventfulness: found };
  }
  return sliceTrace(trace, best.fromSeconds, forSeconds);
}

/** 99.9th percentile ÷ median. E.g. of 1, 2, 2, 2 and 10: 9.97 ÷ 2 = 4.98. */
export function eventfulness(rates: readonly number[]): number | undefined {
  const [peak, middle] = [quantile(rates, 0.999), quantile(rates, 0.5)];
  return peak === undefined || middle === undefined || middle === 0 ? undefined : peak / middle;
}

function ratesIn(trace: Trace, fromSeconds: number, untilSeconds: number): number[] {
  return trace.rates.filter((_, index) => {
    const at = trace.timesSeconds[index] ?? 0;
    return at >= fromSeconds && at < untilSeconds;
  });
}

export function isCoarse(trace: Trace): boolean {
  return (trace.timesSeconds[1] ?? 0) - (trace.timesSeconds[0] ?? 0) >= coarseBinSeconds;
}
