import { cpuKinesis, type TraitsOf } from './traits.ts';

/**
 * A group of Kafka consumers that mostly wait for their network: a full task shows 40 % of CPU, so that CPU tells little.
 * Each change of the group stops all of it for twenty seconds, and its lag has no metric while it does.
 */
export const ioKafka: TraitsOf = (peakTasks, lagObjectiveSeconds) => ({
  ...cpuKinesis(peakTasks, lagObjectiveSeconds),
  source: 'kafka',
  rebalanceSeconds: 20,
  cpuAtSaturationPercent: 40,
});
