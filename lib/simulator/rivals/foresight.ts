import { type ArrivalCurve, createArrivalCurve } from '../arrival-curve.ts';
import { createArrivals } from '../arrivals.ts';
import { stepSeconds } from '../time.ts';
import type { Workload } from '../workload.ts';

/** What will arrive, in intervals of one length; nobody but a clairvoyant knows it. */
export type Foresight = {
  readonly intervalSeconds: number;
  readonly intervals: number;
  /** Records until each interval's beginning, and at last until the end. */
  readonly arrived: Float64Array;
  /** Of those, the ones that are older than the lag objective at that moment. */
  readonly due: Float64Array;
};

/** Records in each step of the simulation, drawn as a world with this workload and seed draws them. */
export function foreseeSteps(workload: Workload, seed: number): Float64Array {
  const next = createArrivals(workload, seed);
  const steps = Math.ceil((workload.untilSeconds - workload.fromSeconds) / stepSeconds);
  return Float64Array.from({ length: steps }, () => next());
}

/** The same in intervals, the last of which may reach beyond the end. */
export function foresee(
  steps: Float64Array,
  intervalSeconds: number,
  lagObjectiveSeconds: number,
): Foresight {
  const curve = curveOf(steps);
  const intervals = Math.ceil((steps.length * stepSeconds) / intervalSeconds);
  const moments = Array.from({ length: intervals + 1 }, (_, index) => index * intervalSeconds);
  return {
    intervalSeconds,
    intervals,
    arrived: Float64Array.from(moments, (at) => curve.arrivedBy(at)),
    due: Float64Array.from(moments, (at) => curve.arrivedBy(at - lagObjectiveSeconds)),
  };
}

function curveOf(steps: Float64Array): ArrivalCurve {
  const curve = createArrivalCurve(0);
  for (const records of steps) curve.add(records);
  return curve;
}
