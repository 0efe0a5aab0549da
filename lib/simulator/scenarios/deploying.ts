import { cpuKinesis, type TraitsOf } from './traits.ts';

/** Of the time that is played: when each deployment begins. */
const [succeeding, failing] = [0.4, 0.6];

/**
 * In the middle a new revision, and later one that fails: for half an hour no new task of it gets ready, then it is rolled
 * back. The old tasks stay as they are meanwhile.
 */
export const deploying: TraitsOf = (peakTasks, lagObjectiveSeconds) => ({
  ...cpuKinesis(peakTasks, lagObjectiveSeconds),
  deploymentsIn: (lengthSeconds) => [
    { atSeconds: succeeding * lengthSeconds, seconds: 300, fails: false },
    { atSeconds: failing * lengthSeconds, seconds: 1800, fails: true },
  ],
});
