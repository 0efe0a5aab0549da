import type { Result } from './play.ts';

/** A run of the scaler in the scenario and on the trace, neither late nor dear unless told. */
export function resultOf(changes: Partial<Result>): Result {
  return {
    trace: 'a',
    scenario: 'cpu-kinesis',
    scaler: 'weir',
    fromSeconds: 0,
    coarse: false,
    lateRecordsShare: 0,
    violationMinutesShare: 0,
    worstLagSeconds: 0,
    p99LagSeconds: 0,
    taskHours: 110,
    fluidTaskHours: 100,
    costRatio: 1.1,
    scaleOuts: 0,
    scaleIns: 0,
    changesPerHour: 1,
    thetaU: 0,
    thetaO: 0,
    tauU: 0,
    tauO: 0,
    ...changes,
  };
}
