import { z } from 'zod';
import { fieldSchema } from './measurement.ts';

/** What can limit a service; each with what it means and the actions that help, most useful first. */
export const bottleneckKinds = {
  cpu: {
    meaning: 'The tasks use nearly all of their CPU.',
    actions: ['Add tasks', 'Give each task more CPU', 'Profile the hottest code path'],
  },
  memory: {
    meaning: 'The tasks use nearly all of their memory.',
    actions: [
      'Give each task more memory',
      'Add tasks',
      'Look for a leak: does memory fall after a restart?',
    ],
  },
  io: {
    meaning: 'Requests take long (p95).',
    actions: [
      'Look at the dependency that the slow requests wait for',
      'Process more requests in parallel',
      'Batch the calls to it',
    ],
  },
  network: {
    meaning: "Records pile up in the tasks' queues.",
    actions: ['Add tasks', 'Raise the batch size', 'Slow the producer down'],
  },
  state_access: {
    meaning: 'Requests fail, as they do when state or a dependency cannot be reached.',
    actions: [
      'Find the failing dependency in the logs',
      'Retry with a back-off',
      'Fix this before scaling: more tasks fail more often',
    ],
  },
  not_reading: {
    meaning: 'Records arrive and the tasks run, but nobody reads the stream.',
    actions: ['Read the logs of the tasks: the consumer has stopped', 'Check its permissions and its leases'],
  },
  too_few_partitions: {
    meaning: 'There are as many tasks as partitions and they cannot keep up: more tasks would idle.',
    actions: ['Split the shards or add partitions', 'Give each task more CPU', 'Make each record cheaper'],
  },
} as const;

export type BottleneckKind = keyof typeof bottleneckKinds;

export const bottleneckSchema = z.object({
  kind: z.enum(Object.keys(bottleneckKinds) as [BottleneckKind, ...BottleneckKind[]]),
  severity: z.number().min(0).max(1).describe('0 at the threshold, 1 where it cannot get worse'),
  impact: z.number().min(0).max(1).describe('share of the throughput that it is estimated to cost'),
  field: fieldSchema.optional().describe('what was measured'),
  observed: z.number().optional().describe('its value, in the unit of the field'),
  threshold: z.number().optional().describe('where the bottleneck begins'),
  sinceSeconds: z.number().describe('onset, epoch seconds'),
});
export type Bottleneck = Readonly<z.infer<typeof bottleneckSchema>>;
