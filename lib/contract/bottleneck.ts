import * as z from 'zod';
import { fieldSchema } from './measurement.ts';

/** What can limit a service, and what each means. What helps against it is in core/actions.ts. */
export const bottleneckKinds = {
  cpu: 'The tasks use nearly all of their CPU.',
  memory: 'The tasks use nearly all of their memory.',
  io: 'Requests take long (p95).',
  network: "Records pile up in the tasks' queues.",
  state_access: 'Requests fail, as they do when state or a dependency cannot be reached.',
  not_reading:
    'Records arrive and the tasks run, but nobody reads the stream, or its group never comes to rest.',
  downstream: 'More tasks bring nothing: something behind them is the limit.',
  hot_partition: 'More tasks bring nothing: one partition is far behind, the others are not.',
  too_few_partitions: 'There are as many tasks as partitions and they cannot keep up: more tasks would idle.',
  crash_loop:
    'Tasks stop by themselves soon after they were started, or do not get as far as that: more would, too.',
  placement_failure: 'ECS finds no place for more tasks, or cannot place them as they are configured.',
  deployment_failed: 'ECS has given a deployment up: what was to be deployed does not run.',
} as const;

export type BottleneckKind = keyof typeof bottleneckKinds;

export const bottleneckSchema = z.object({
  kind: z
    .enum(Object.keys(bottleneckKinds) as [BottleneckKind, ...BottleneckKind[]])
    .describe('what limits the service; a closed list'),
  severity: z.number().min(0).max(1).describe('0 at the threshold, 1 where it cannot get worse'),
  impact: z.number().min(0).max(1).describe('share of the throughput that it is estimated to cost'),
  field: fieldSchema.optional().describe('what was measured'),
  observed: z.number().optional().describe('its value, in the unit of the field'),
  threshold: z.number().optional().describe('where the bottleneck begins'),
  cause: z.string().max(200).optional().describe('what ECS says of it, where it is the one that tells'),
  sinceSeconds: z.number().describe('onset, epoch seconds'),
});
export type Bottleneck = Readonly<z.infer<typeof bottleneckSchema>>;
