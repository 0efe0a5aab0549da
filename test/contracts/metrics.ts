import { describe, expect, it } from 'vitest';
import type { MetricQuery, Metrics } from '../../lib/control/ports.ts';
import { noon } from './fixtures.ts';

type Name = Pick<MetricQuery, 'namespace' | 'metricName' | 'dimensions'>;

/** A CloudWatch to test against. Its clock is at noon until it is set. */
export type MetricsWorld = {
  readonly metrics: Metrics;
  /** One minute of a metric, by its end; the value of any statistic. */
  publish(metric: Name, endSeconds: number, values: Partial<Record<MetricQuery['statistic'], number>>): void;
  setNow(seconds: number): void;
  /** Readings of the named metric end so from now on. */
  fail(metricName: string, cause: 'throttled' | 'forbidden' | 'error' | 'partial'): void;
};

const incoming: Name = {
  namespace: 'AWS/Kinesis',
  metricName: 'IncomingRecords',
  dimensions: { StreamName: 'orders' },
};
const query = (more: Partial<MetricQuery> = {}): MetricQuery => ({
  ...incoming,
  statistic: 'Sum',
  periodSeconds: 60,
  sinceSeconds: noon - 300,
  ...more,
});

export function metricsContract(name: string, create: () => MetricsWorld) {
  describe(`Metrics: ${name}`, () => {
    it('reads the points of periods that ended after the moment asked for, oldest first', async () => {
      const { metrics, publish } = create();
      for (const minutes of [2, 5, 3, 4, 6]) publish(incoming, noon - 60 * minutes, { Sum: 1000 + minutes });

      const reading = await metrics.read(query({ sinceSeconds: noon - 300 }));

      expect(reading).toEqual({
        kind: 'read',
        points: [4, 3, 2].map((minutes) => ({ atSeconds: noon - 60 * minutes, value: 1000 + minutes })),
        partial: false,
      });
    });

    it('reads nothing of a metric that was never published', async () => {
      const { metrics } = create();

      expect(await metrics.read(query())).toEqual({ kind: 'read', points: [], partial: false });
    });

    it('reads no period that is not complete', async () => {
      const { metrics, publish, setNow } = create();
      publish(incoming, noon, { Sum: 12 });

      setNow(noon + 29);
      const early = await metrics.read(query({ sinceSeconds: noon - 60 }));
      setNow(noon + 30);
      const complete = await metrics.read(query({ sinceSeconds: noon - 60 }));

      expect(early).toEqual({ kind: 'read', points: [], partial: false });
      expect(complete).toEqual({ kind: 'read', points: [{ atSeconds: noon, value: 12 }], partial: false });
    });

    it('tells statistics, dimensions and metrics apart', async () => {
      const { metrics, publish } = create();
      const refunds = { ...incoming, dimensions: { StreamName: 'refunds' } };
      const age = { ...incoming, metricName: 'GetRecords.IteratorAgeMilliseconds' };
      publish(incoming, noon - 60, { Sum: 1, Maximum: 2 });
      publish(refunds, noon - 60, { Sum: 3 });
      publish(age, noon - 60, { Sum: 4, Average: 5 });

      const readings = await Promise.all(
        [
          query(),
          query({ statistic: 'Maximum' }),
          query(refunds),
          query({ ...age, statistic: 'Average' }),
        ].map((it) => metrics.read(it)),
      );

      expect(readings.map((it) => it.kind === 'read' && it.points.map((point) => point.value))).toEqual([
        [1],
        [2],
        [3],
        [5],
      ]);
    });

    it('sums a metric over a further dimension, whatever its values are, and over no other', async () => {
      const { metrics, publish } = create();
      const topic = { 'Cluster Name': 'main', Topic: 'orders' };
      const messages = (
        more: Record<string, string>,
        topicDimensions: Record<string, string> = topic,
      ): Name => ({
        namespace: 'AWS/Kafka',
        metricName: 'MessagesInPerSec',
        dimensions: { ...topicDimensions, ...more },
      });
      for (const [broker, value] of Object.entries({ 1: 10, 2: 20, 3: 30 })) {
        publish(messages({ 'Broker ID': broker }), noon - 120, { Average: value });
      }
      publish(messages({ 'Broker ID': '2' }), noon - 180, { Average: 7 });
      publish(messages({}), noon - 120, { Average: 1000 });
      publish(messages({ 'Broker ID': '1', Partition: '0' }), noon - 120, { Average: 1000 });
      publish(messages({ 'Broker ID': '1' }, { ...topic, Topic: 'orders-2' }), noon - 120, { Average: 1000 });
      const sum = { ...messages({}), statistic: 'Average' as const, summedOver: 'Broker ID' };

      expect(await metrics.read(query(sum))).toEqual({
        kind: 'read',
        points: [
          { atSeconds: noon - 180, value: 7 },
          { atSeconds: noon - 120, value: 60 },
        ],
        partial: false,
      });
      const nothing = { ...sum, dimensions: { ...topic, Topic: 'refunds' } };
      expect(await metrics.read(query(nothing))).toEqual({ kind: 'read', points: [], partial: false });
    });

    it('reads no sum before the last of its summands should have come', async () => {
      const { metrics, publish, setNow } = create();
      publish({ ...incoming, dimensions: { ...incoming.dimensions, ShardId: '1' } }, noon, { Sum: 12 });
      const sum = query({ summedOver: 'ShardId', sinceSeconds: noon - 60 });

      setNow(noon + 89);
      expect(await metrics.read(sum)).toMatchObject({ points: [] });
      setNow(noon + 90);
      expect(await metrics.read(sum)).toMatchObject({ points: [{ atSeconds: noon, value: 12 }] });
    });

    it('gives each of many readers its own range', async () => {
      const { metrics, publish } = create();
      for (let minutes = 1; minutes <= 10; minutes++)
        publish(incoming, noon - 60 * minutes, { Sum: minutes });

      const readings = await Promise.all(
        [2, 10, 5].map((minutes) => metrics.read(query({ sinceSeconds: noon - 60 * minutes }))),
      );

      expect(readings.map((it) => it.kind === 'read' && it.points.length)).toEqual([1, 9, 4]);
    });

    it('drops what is no finite number', async () => {
      const { metrics, publish } = create();
      publish(incoming, noon - 180, { Sum: Number.NaN });
      publish(incoming, noon - 120, { Sum: Number.POSITIVE_INFINITY });
      publish(incoming, noon - 60, { Sum: 0 });

      expect(await metrics.read(query())).toMatchObject({ points: [{ atSeconds: noon - 60, value: 0 }] });
    });

    it.each(['throttled', 'forbidden', 'error'] as const)('says that a reading was %s', async (cause) => {
      const { metrics, publish, fail } = create();
      publish(incoming, noon - 60, { Sum: 1 });
      fail('IncomingRecords', cause);

      expect(await metrics.read(query())).toMatchObject({ kind: 'failed', cause });
    });

    it('says that a reading is partial, and gives what there is', async () => {
      const { metrics, publish, fail } = create();
      publish(incoming, noon - 60, { Sum: 1 });
      fail('IncomingRecords', 'partial');

      expect(await metrics.read(query())).toEqual({
        kind: 'read',
        points: [{ atSeconds: noon - 60, value: 1 }],
        partial: true,
      });
    });
  });
}
