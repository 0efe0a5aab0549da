import { cpuKinesis, type TraitsOf } from './traits.ts';

/** What one partition gets of the load, beside what it would get evenly. */
const hotShare = 0.1;

/** One hot partition: a tenth of all records have one key. More tasks help only until one of them has it alone. */
export const skewed: TraitsOf = (peakTasks, lagObjectiveSeconds) => {
  const traits = cpuKinesis(peakTasks, lagObjectiveSeconds);
  const partitions = traits.partitions ?? 1;
  const even = (1 - hotShare) / partitions;
  const partitionShares = Array.from({ length: partitions }, (_, index) =>
    index === 0 ? even + hotShare : even,
  );
  return { ...traits, partitionShares };
};
