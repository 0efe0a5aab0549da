import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryMetrics } from '../../lib/adapters/memory/metrics.ts';
import type { StreamSource } from '../../lib/config/source.ts';
import type { MetricQuery } from '../../lib/control/ports.ts';
import { createLoadHistory } from '../../lib/simulator/load-history.ts';
import { zeroSeconds } from '../../lib/simulator/time.ts';

const day = 86_400;
const ratePerSecond = (atSeconds: number) => 100 + Math.floor((atSeconds - zeroSeconds) / day);

const queries: Record<StreamSource['kind'], Omit<MetricQuery, 'sinceSeconds' | 'periodSeconds'>> = {
  kinesis: {
    namespace: 'AWS/Kinesis',
    metricName: 'IncomingRecords',
    dimensions: { StreamName: 'orders' },
    statistic: 'Sum',
  },
  sqs: {
    namespace: 'AWS/SQS',
    metricName: 'NumberOfMessagesSent',
    dimensions: { QueueName: 'orders' },
    statistic: 'Sum',
  },
  msk: {
    namespace: 'AWS/Kafka',
    metricName: 'MessagesInPerSec',
    dimensions: { 'Cluster Name': 'main', Topic: 'orders' },
    summedOver: 'Broker ID',
    statistic: 'Average',
  },
};

const sources: readonly StreamSource[] = [
  { kind: 'kinesis', stream: 'orders' },
  { kind: 'sqs', queue: 'orders' },
  { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders' },
];

function createHistory(source: StreamSource, fromSeconds: number) {
  const clock = createManualClock(fromSeconds);
  const metrics = createMemoryMetrics(clock);
  const history = createLoadHistory(metrics, source, { fromSeconds, zeroSeconds, ratePerSecond });
  const read = async () => {
    const reading = await metrics.read({ ...queries[source.kind], periodSeconds: 300, sinceSeconds: 0 });
    if (reading.kind === 'failed') throw new Error(reading.message);
    return reading.points;
  };
  return { clock, history, read };
}

describe('the load before a workload', () => {
  it.each(sources)('is in CloudWatch, five minutes by five minutes, 14 days back: $kind', async (source) => {
    const fromSeconds = zeroSeconds + 20 * day;
    const { read, clock } = createHistory(source, fromSeconds);
    clock.set(fromSeconds + 120);
    const points = await read();
    const unit = source.kind === 'msk' ? 1 : 300;

    expect(points).toHaveLength(14 * 288);
    expect(points[0]?.atSeconds).toBe(fromSeconds - 14 * day + 300);
    expect(points[0]?.value).toBeCloseTo(106 * unit, 6);
    expect(points.at(-1)).toEqual({ atSeconds: fromSeconds, value: expect.closeTo(119 * unit, 6) });
  });

  it('does not reach back before the trace', async () => {
    const { read, clock } = createHistory({ kind: 'sqs', queue: 'orders' }, zeroSeconds + 3600);
    clock.set(zeroSeconds + 3720);

    expect((await read()).map((it) => it.atSeconds)).toEqual(
      Array.from({ length: 12 }, (_, index) => zeroSeconds + 300 * (index + 1)),
    );
  });

  it('goes on with what arrives, from the first whole period on, and is seen a little later', async () => {
    const { read, clock, history } = createHistory({ kind: 'kinesis', stream: 'orders' }, zeroSeconds + 60);
    for (let second = 65; second <= 900; second += 5) {
      history.record({ atSeconds: zeroSeconds + second, arrivedRecords: 10 });
    }

    clock.set(zeroSeconds + 900);
    expect(await read()).toEqual([{ atSeconds: zeroSeconds + 600, value: 600 }]);
    clock.set(zeroSeconds + 975);
    expect((await read()).map((it) => it.atSeconds - zeroSeconds)).toEqual([600, 900]);
  });
});
