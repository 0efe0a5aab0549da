import { cpuKinesis, type TraitsOf } from './traits.ts';

/** Tasks that take four minutes to start: a large image, a cache to warm. */
export const slowStart: TraitsOf = (peakTasks, lagObjectiveSeconds) => ({
  ...cpuKinesis(peakTasks, lagObjectiveSeconds),
  startupSeconds: { shortest: 210, longest: 270 },
});
