import { cpuKinesis, type TraitsOf } from './traits.ts';

/** Tasks that get into each other's way, at a lock or a shared table: the twentieth is worth half of the first. */
export const sublinear: TraitsOf = (peakTasks, lagObjectiveSeconds) => ({
  ...cpuKinesis(peakTasks, lagObjectiveSeconds),
  contention: { sigma: 0.02, kappa: 0.0001 },
});
