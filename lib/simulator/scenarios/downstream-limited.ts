import { cpuKinesis, type TraitsOf } from './traits.ts';

/** Of the peak, what the database behind the tasks takes. */
const ceilingShare = 0.75;

/**
 * A database that takes three quarters of the peak, however many tasks write to it. They wait for it, so that their CPU
 * stays low.
 */
export const downstreamLimited: TraitsOf = (peakTasks, lagObjectiveSeconds) => {
  const traits = cpuKinesis(peakTasks, lagObjectiveSeconds);
  return {
    ...traits,
    downstreamRatePerSecond: ceilingShare * peakTasks * traits.taskRatePerSecond,
    cpuAtSaturationPercent: 60,
  };
};
