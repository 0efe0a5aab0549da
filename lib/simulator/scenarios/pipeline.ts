import { cpuKinesis, type TraitsOf } from './traits.ts';

/**
 * Three services in a row: orders are read, priced and shipped, each by a service of its own that reads what the one
 * before it has processed. The second does less with a task, the third more, and starts slowly.
 */
export const pipeline: TraitsOf = (peakTasks, lagObjectiveSeconds) => {
  const orders = cpuKinesis(peakTasks, lagObjectiveSeconds);
  return {
    ...orders,
    next: {
      ...orders,
      name: 'prices',
      taskRatePerSecond: 400,
      next: {
        ...orders,
        name: 'shipments',
        taskRatePerSecond: 650,
        startupSeconds: { shortest: 135, longest: 165 },
      },
    },
  };
};
