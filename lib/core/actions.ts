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
  crash_loop: [
    'Read the logs of the tasks that stopped: their exit code says how',
    'Roll back what was deployed last',
    'Let a record that cannot be processed be set aside, and not stop its task',
  ],
  placement_failure: [
    'Look at the service events of ECS: they name what is lacking',
    'Allow more subnets, or another capacity provider',
    'Raise the quota, or reserve the capacity that the peak needs',
  ],
  deployment_failed: [
    'Read the logs of its tasks, and the service events of ECS',
    'Roll back, or deploy what is mended',
    'Turn the deployment circuit breaker on, with rollback',
  ],
} as const satisfies Record<BottleneckKind, readonly [string, string, string]>;
