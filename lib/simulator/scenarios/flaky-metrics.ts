import { cpuKinesis, type TraitsOf } from './traits.ts';

/** CloudWatch at its worst: up to three minutes late, one point in ten lost, and ten minutes of nothing twice a day. */
export const flakyMetrics: TraitsOf = (peakTasks, lagObjectiveSeconds) => ({
  ...cpuKinesis(peakTasks, lagObjectiveSeconds),
  metrics: {
    latenessSeconds: { shortest: 45, longest: 180 },
    lostShare: 0.1,
    outages: { perDay: 2, seconds: 600 },
  },
});
