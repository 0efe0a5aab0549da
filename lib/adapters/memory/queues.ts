import type { QueueDepth, Queues } from '../../control/ports.ts';

export type MemoryQueues = Queues & {
  /** What the queue answers from now on; a failure too. */
  set(queueUrl: string, depth: Omit<Extract<QueueDepth, { kind: 'read' }>, 'kind'> | QueueDepth): void;
};

/** The depths of SQS queues in memory. A queue that nobody set does not exist. */
export function createMemoryQueues(): MemoryQueues {
  const depths = new Map<string, QueueDepth>();
  return {
    depth: async (queueUrl) =>
      depths.get(queueUrl) ?? { kind: 'failed', cause: 'error', message: `QueueDoesNotExist: ${queueUrl}` },
    set: (queueUrl, depth) => {
      depths.set(queueUrl, 'kind' in depth ? depth : { kind: 'read', ...depth });
    },
  };
}
