import type { BottleneckKind } from '../contract/bottleneck.ts';

/** What helps against a bottleneck, most useful first. */
export const actionsAgainst = {
  cpu: ['Add tasks', 'Give each task more CPU', 'Profile the hottest code path'],
  memory: ['Give each task more memory', 'Add tasks', 'Look for a leak: does memory fall after a restart?'],
  io: [
    'Look at the dependency that the slow requests wait for',
    'Process more requests in parallel',
    'Batch the calls to it',
  ],
  network: ['Add tasks', 'Raise the batch size', 'Slow the producer down'],
  state_access: [
    'Find the failing dependency in the logs',
    'Retry with a back-off',
    'Fix this before scaling: more tasks fail more often',
  ],
  not_reading: [
    'Read the logs of the tasks: the consumer has stopped',
    'Check its permissions and its leases',
    'Alarm on a consumer that runs and does not read',
  ],
  downstream: [
    'Find what the tasks wait for: a database, an API, a quota',
    'Raise that limit, or batch the calls to it',
    'Slow the producer down to what can be taken',
  ],
  hot_partition: [
    'Find the key that most records have, and spread it',
    'Split the partition that is behind',
    'Choose a key that spreads the load evenly',
  ],
  too_few_partitions: [
    'Split the shards or add partitions',
    'Give each task more CPU',
    'Make each record cheaper',
  ],
} as const satisfies Record<BottleneckKind, readonly [string, string, string]>;
