import type { Opening } from '../../lib/cli/feed.ts';

/** A run of an hour, Weir beside one rival. */
export const opening: Opening = {
  run: 'run-1',
  workload: 'a seeded day',
  service: 'demo/orders',
  source: 'kinesis/orders',
  partitions: 8,
  taskRatePerSecond: 100,
  lagObjectiveSeconds: 60,
  minTasks: 1,
  maxTasks: 20,
  zeroSeconds: 0,
  fromSeconds: 0,
  untilSeconds: 3600,
  frameSeconds: 30,
  controllers: ['Weir', 'Rival'],
  meanings: {},
};
