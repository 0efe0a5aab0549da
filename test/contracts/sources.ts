import { describe, expect, it } from 'vitest';
import type { Queues, Sources } from '../../lib/control/ports.ts';

export type Depth = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

/** The streams and queues of an account to test against. */
export type SourcesWorld = {
  readonly sources: Sources;
  readonly queues: Queues;
  addStream(stream: string, shards: number): void | Promise<void>;
  /** Of a stream that is there. */
  addConsumer(stream: string, consumer: string): void | Promise<void>;
  /** Its URL. */
  addQueue(queue: string, depth: Depth): string | Promise<string>;
};

export function sourcesContract(name: string, create: () => SourcesWorld) {
  describe(`Sources and Queues: ${name}`, () => {
    it('finds a stream with its partitions', async () => {
      const { sources, addStream } = create();
      await addStream('orders', 8);

      expect(await sources.resolve({ kind: 'kinesis', stream: 'orders' })).toEqual({
        source: { kind: 'kinesis', stream: 'orders', partitions: 8 },
      });
    });

    it('finds a registered consumer, with the partitions of its stream', async () => {
      const { sources, addStream, addConsumer } = create();
      await addStream('payments', 8);
      await addConsumer('payments', 'billing');
      const source = { kind: 'kinesis', stream: 'payments', consumer: 'billing' } as const;

      expect(await sources.resolve(source)).toEqual({ source: { ...source, partitions: 8 } });
      expect(await sources.resolve({ ...source, consumer: 'biling' })).toEqual({
        problem: {
          subject: 'weir:source',
          received: 'kinesis/payments/biling',
          expected: 'a registered consumer of a stream that exists in this account and Region',
        },
      });
    });

    it('takes an application of the Kinesis Client Library as it is, where its stream is there', async () => {
      const { sources, addStream } = create();
      const application = { kind: 'kinesis', stream: 'refunds', application: 'billing' } as const;

      expect(await sources.resolve(application)).toMatchObject({
        problem: { received: 'kcl/refunds/billing' },
      });
      await addStream('refunds', 8);
      expect(await sources.resolve(application)).toEqual({ source: { ...application, partitions: 8 } });
    });

    it('takes metrics as they are: nothing tells of them but themselves', async () => {
      const { sources } = create();
      const p95Ms = { namespace: 'Shop', metricName: 'Latency', statistic: 'p95' } as const;
      const signals = { kind: 'signals', set: 'latency', metrics: { p95Ms } } as const;

      expect(await sources.resolve(signals)).toEqual({ source: signals });
    });

    it('finds a queue with its URL', async () => {
      const { sources, addQueue } = create();
      const queueUrl = await addQueue('jobs.fifo', { visible: 0, inFlight: 0, delayed: 0 });

      expect(await sources.resolve({ kind: 'sqs', queue: 'jobs.fifo' })).toEqual({
        source: { kind: 'sqs', queue: 'jobs.fifo', queueUrl },
      });
    });

    it('takes agents as they are: there is nothing to look up', async () => {
      const { sources } = create();

      expect(await sources.resolve({ kind: 'agent' })).toEqual({ source: { kind: 'agent' } });
    });

    it('takes a topic as it is: nothing tells of it but its metrics', async () => {
      const { sources } = create();
      const topic = { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders' } as const;

      expect(await sources.resolve(topic)).toEqual({ source: topic });
    });

    it('says what is wrong with a source that is not there', async () => {
      const { sources } = create();

      expect(await sources.resolve({ kind: 'kinesis', stream: 'ordres' })).toEqual({
        problem: {
          subject: 'weir:source',
          received: 'kinesis/ordres',
          expected: 'a stream that exists in this account and Region',
        },
      });
      expect(await sources.resolve({ kind: 'sqs', queue: 'jbos' })).toEqual({
        problem: {
          subject: 'weir:source',
          received: 'sqs/jbos',
          expected: 'a queue that exists in this account and Region',
        },
      });
    });

    it('reads how deep a queue is', async () => {
      const { queues, addQueue } = create();
      const queueUrl = await addQueue('jobs', { visible: 120, inFlight: 30, delayed: 4 });

      expect(await queues.depth(queueUrl)).toEqual({ kind: 'read', visible: 120, inFlight: 30, delayed: 4 });
    });

    it('fails as a value where the queue is gone', async () => {
      const { queues } = create();

      const depth = await queues.depth('https://sqs.eu-central-1.amazonaws.com/111122223333/gone');

      expect(depth).toMatchObject({ kind: 'failed', cause: 'error' });
    });
  });
}
