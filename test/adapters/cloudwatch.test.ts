import { CloudWatchClient, GetMetricDataCommand, type GetMetricDataInput } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import type { MetricQuery } from '../../lib/control/ports.ts';
import { noon } from '../contracts/fixtures.ts';

const query = (more: Partial<MetricQuery> = {}): MetricQuery => ({
  namespace: 'AWS/Kinesis',
  metricName: 'IncomingRecords',
  dimensions: { StreamName: 'orders' },
  statistic: 'Sum',
  periodSeconds: 60,
  sinceSeconds: noon - 300,
  ...more,
});
const ofStream = (index: number, more: Partial<MetricQuery> = {}) =>
  query({ dimensions: { StreamName: `stream-${index}` }, ...more });

/** A CloudWatch whose answers are given one by one; the last one goes on. */
function createWorld(nowSeconds = noon + 45) {
  const client = new CloudWatchClient({ region: 'eu-central-1' });
  const cloudWatch = mockClient(client);
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }: GetMetricDataInput) => ({
    MetricDataResults: MetricDataQueries?.map(({ Id }) => complete(Id)),
  }));
  return {
    cloudWatch,
    metrics: createMetrics(client, createManualClock(nowSeconds)),
    requests: () => cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input),
  };
}

const minute = (ago: number) => new Date((noon - 60 * ago) * 1000);
const complete = (Id = 'q0') => ({
  Id,
  StatusCode: 'Complete' as const,
  Timestamps: [minute(2)],
  Values: [7],
});
const points = [{ atSeconds: noon - 60, value: 7 }];
const sizes = (requests: readonly GetMetricDataInput[]) => requests.map((it) => it.MetricDataQueries?.length);
const named = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

describe('a request', () => {
  it('holds the queries of all that ask at about the same time', async () => {
    const { metrics, requests } = createWorld();
    const tick = (stream: number) =>
      Promise.all([metrics.read(ofStream(stream)), metrics.read(ofStream(stream, { statistic: 'Maximum' }))]);

    await Promise.all([tick(1), tick(2)]);

    expect(requests()).toEqual([
      {
        MetricDataQueries: [
          [1, 'Sum'],
          [1, 'Maximum'],
          [2, 'Sum'],
          [2, 'Maximum'],
        ].map(([stream, Stat], index) => ({
          Id: `q${index}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Kinesis',
              MetricName: 'IncomingRecords',
              Dimensions: [{ Name: 'StreamName', Value: `stream-${stream}` }],
            },
            Period: 60,
            Stat,
          },
        })),
        StartTime: new Date((noon - 300) * 1000),
        EndTime: new Date(noon * 1000),
        ScanBy: 'TimestampAscending',
      },
    ]);
  });

  it.each([
    [500, [500]],
    [501, [500, 1]],
    [1001, [500, 500, 1]],
  ])('holds 500 queries at most: %i take %j', async (count, expected) => {
    const { metrics, requests } = createWorld();

    const readings = await Promise.all(
      Array.from({ length: count }, (_, index) => metrics.read(ofStream(index))),
    );

    expect(sizes(requests())).toEqual(expected);
    expect(readings).toEqual(readings.map(() => ({ kind: 'read', points, partial: false })));
  });

  it('never parts the statistics of a metric, which are billed once only together', async () => {
    const { metrics, requests } = createWorld();
    const queries = Array.from({ length: 499 }, (_, index) => ofStream(index));
    const both = [ofStream(499), ofStream(499, { statistic: 'Maximum' })];

    await Promise.all([...queries, ...both].map((it) => metrics.read(it)));

    expect(sizes(requests())).toEqual([499, 2]);
  });

  it('asks once for what several want, from the earliest moment on', async () => {
    const { metrics, requests } = createWorld();

    await Promise.all([metrics.read(query()), metrics.read(query({ sinceSeconds: noon - 900 }))]);

    expect(requests()).toMatchObject([
      { MetricDataQueries: [{ Id: 'q0' }], StartTime: new Date((noon - 900) * 1000) },
    ]);
  });

  it.each([
    ['a moment within a minute', noon - 290, noon + 30, noon - 300, noon],
    ['a minute that is not complete yet', noon - 300, noon + 29.9, noon - 300, noon - 60],
    ['five-minute periods', noon - 700, noon + 330, noon - 900, noon + 300, 300],
  ])('has whole periods: %s', async (_, sinceSeconds, nowSeconds, start, end, periodSeconds = 60) => {
    const { metrics, requests } = createWorld(nowSeconds);

    await metrics.read(query({ sinceSeconds, periodSeconds }));

    expect(requests()).toMatchObject([{ StartTime: new Date(start * 1000), EndTime: new Date(end * 1000) }]);
  });

  it('is not made when no period can have been completed since', async () => {
    const { metrics, requests } = createWorld();

    expect(await metrics.read(query({ sinceSeconds: noon }))).toEqual({
      kind: 'read',
      points: [],
      partial: false,
    });
    expect(requests()).toEqual([]);
  });

  it('is one of its own for another period, and for a range of long ago', async () => {
    const { metrics, requests } = createWorld();
    const lastWeek = noon - 7 * 86_400;

    await Promise.all(
      [query(), query({ periodSeconds: 300 }), query({ sinceSeconds: lastWeek })].map((it) =>
        metrics.read(it),
      ),
    );

    expect(requests().map((it) => it.StartTime?.getTime())).toEqual(
      [noon - 300, noon - 300, lastWeek].map((seconds) => seconds * 1000),
    );
  });
});

describe('a sum', () => {
  const ofTopic = (index: number): MetricQuery => ({
    namespace: 'AWS/Kafka',
    metricName: 'MessagesInPerSec',
    dimensions: { 'Cluster Name': 'main', Topic: `orders-${index}` },
    summedOver: 'Broker ID',
    statistic: 'Average',
    periodSeconds: 60,
    sinceSeconds: noon - 300,
  });

  it('is a search of its own call, which ends a minute sooner', async () => {
    const { metrics, requests } = createWorld();

    await Promise.all([metrics.read(query()), metrics.read(ofTopic(1))]);

    expect(requests()).toMatchObject([
      { MetricDataQueries: [{ MetricStat: {} }], EndTime: new Date(noon * 1000) },
      { EndTime: new Date((noon - 60) * 1000) },
    ]);
    expect(requests()[1]?.MetricDataQueries).toEqual([
      {
        Id: 'q0',
        Expression:
          'SUM(SEARCH(\'{AWS/Kafka,"Broker ID","Cluster Name",Topic} MetricName="MessagesInPerSec" ' +
          '"Cluster Name"="main" Topic="orders-1"\', \'Average\', 60))',
        Period: 60,
      },
    ]);
  });

  it('shares its call with four others at most', async () => {
    const { metrics, requests } = createWorld();

    await Promise.all(Array.from({ length: 11 }, (_, index) => metrics.read(ofTopic(index))));

    expect(sizes(requests())).toEqual([5, 5, 1]);
  });

  it('of nothing is nothing: a search that finds no metric need not be answered', async () => {
    const { cloudWatch, metrics } = createWorld();
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });

    expect(await metrics.read(ofTopic(1))).toEqual({ kind: 'read', points: [], partial: false });
  });

  it('that is refused costs the metrics beside it nothing', async () => {
    const { cloudWatch, metrics } = createWorld();
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }: GetMetricDataInput) => {
      if (MetricDataQueries?.[0]?.Expression !== undefined) throw named('ValidationError', 400);
      return { MetricDataResults: [complete()] };
    });

    const readings = await Promise.all([metrics.read(query()), metrics.read(ofTopic(1))]);

    expect(readings).toMatchObject([
      { kind: 'read', points },
      { kind: 'failed', cause: 'error' },
    ]);
  });
});

describe('an answer', () => {
  it('goes on over pages, and the newest status of a metric holds', async () => {
    const { cloudWatch, metrics, requests } = createWorld();
    const page = (StatusCode: string, ago: number, Values: number[]) => ({
      MetricDataResults: [{ Id: 'q0', StatusCode, Timestamps: [minute(ago)], Values }],
    });
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ ...page('PartialData', 4, [1]), NextToken: 'more' } as never)
      .resolvesOnce({ ...page('InternalError', 3, [2]), NextToken: 'again' } as never)
      .resolvesOnce(page('Complete', 2, [3]) as never);

    const reading = await metrics.read(query());

    expect(reading).toEqual({
      kind: 'read',
      partial: false,
      points: [3, 2, 1].map((ago, index) => ({ atSeconds: noon - 60 * ago, value: index + 1 })),
    });
    expect(requests().map((it) => it.NextToken)).toEqual([undefined, 'more', 'again']);
  });

  it('whose pages never end is broken off, and told as partial', async () => {
    const { cloudWatch, metrics, requests } = createWorld();
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [{ ...complete(), StatusCode: 'PartialData' }],
      NextToken: 'more',
    });

    expect(await metrics.read(query())).toMatchObject({ kind: 'read', partial: true });
    expect(requests()).toHaveLength(50);
  });

  it('keeps what earlier pages have completed when a later page fails', async () => {
    const { cloudWatch, metrics } = createWorld();
    const open = { Id: 'q1', StatusCode: 'PartialData', Timestamps: [minute(4)], Values: [1] };
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ MetricDataResults: [complete(), open], NextToken: 'more' } as never)
      .rejectsOnce(named('Throttling', 400));

    const readings = await Promise.all([1, 2, 3].map((stream) => metrics.read(ofStream(stream))));

    expect(readings).toMatchObject([
      { kind: 'read', points, partial: false },
      { kind: 'failed', cause: 'throttled' },
      { kind: 'failed', cause: 'throttled' },
    ]);
  });

  it('is judged metric by metric', async () => {
    const { cloudWatch, metrics } = createWorld();
    const Messages = [{ Code: 'ArithmeticError', Value: 'no' }];
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        complete('q0'),
        { ...complete('q1'), StatusCode: 'PartialData' },
        { ...complete('q2'), StatusCode: 'InternalError', Messages },
        { ...complete('q3'), StatusCode: 'Forbidden' },
        // A status of the future, and none at all: the points stand, but nobody says that they are all.
        { ...complete('q4'), StatusCode: 'Sampled' as never },
        { Id: 'q5', Timestamps: [minute(2)], Values: [7] },
      ],
    });

    const readings = await Promise.all(
      Array.from({ length: 7 }, (_, index) => metrics.read(ofStream(index))),
    );

    expect(readings).toEqual([
      { kind: 'read', points, partial: false },
      { kind: 'read', points, partial: true },
      { kind: 'failed', cause: 'error', message: 'ArithmeticError: no' },
      { kind: 'failed', cause: 'forbidden', message: 'Forbidden' },
      { kind: 'read', points, partial: true },
      { kind: 'read', points, partial: true },
      { kind: 'failed', cause: 'error', message: expect.stringContaining('without this metric') },
    ]);
  });

  it('with a message about the whole call was carried out in part', async () => {
    const { cloudWatch, metrics } = createWorld();
    const Messages = [{ Code: 'MaxMetricsExceeded', Value: 'Maximum number of allowed metrics exceeded' }];
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [complete()], Messages });

    expect(await metrics.read(query())).toEqual({ kind: 'read', points, partial: true });
  });

  it('with more moments than values gives the points that have both', async () => {
    const { cloudWatch, metrics } = createWorld();
    const result = { ...complete(), Timestamps: [minute(2), minute(3)] };
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [result as never] });

    expect(await metrics.read(query())).toMatchObject({ points });
  });

  it.each([
    ['throttled', named('ThrottlingException', 400)],
    ['forbidden', named('AccessDenied', 403)],
    ['error', named('InvalidParameterValue', 400)],
    ['error', named('InternalServiceFault', 500)],
    ['error', named('TimeoutError', undefined as never)],
  ])('that never came is a failed reading of every query: %s', async (cause, error) => {
    const { cloudWatch, metrics } = createWorld();
    cloudWatch.on(GetMetricDataCommand).rejects(error);

    expect(await Promise.all([metrics.read(query()), metrics.read(ofStream(1))])).toEqual(
      [1, 2].map(() => ({ kind: 'failed', cause, message: `${error.name}: ${error.message}` })),
    );
  });

  it('that failed for one request leaves the other requests alone', async () => {
    const { cloudWatch, metrics } = createWorld();
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }: GetMetricDataInput) => {
      if (MetricDataQueries?.length === 500) throw named('Throttling', 400);
      return { MetricDataResults: [complete()] };
    });

    const readings = await Promise.all(
      Array.from({ length: 501 }, (_, index) => metrics.read(ofStream(index))),
    );

    expect(readings.map((it) => it.kind)).toEqual(
      Array.from({ length: 501 }, (_, index) => (index < 500 ? 'failed' : 'read')),
    );
  });
});
