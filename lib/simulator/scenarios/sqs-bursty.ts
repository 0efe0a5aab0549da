import { cpuKinesis, type TraitsOf } from './traits.ts';

/** A queue whose workers may all be gone while it is empty: any task takes any message, and none is kept for nothing. */
export const sqsBursty: TraitsOf = (peakTasks, lagObjectiveSeconds) => {
  const { partitions, ...traits } = cpuKinesis(peakTasks, lagObjectiveSeconds);
  return { ...traits, source: 'sqs', minTasks: 0 };
};
