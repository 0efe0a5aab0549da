import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import DataLoader from 'dataloader';
import * as z from 'zod';
import type { Point } from '../contract/measurement.ts';
import {
  type Clock,
  type MetricQuery,
  type MetricReading,
  type Metrics,
  summedAfterSeconds,
} from '../control/ports.ts';
import { classifyAwsError, describeAwsError } from './aws-error.ts';
import { gather, inBatches } from './batches.ts';
import { sumOf } from './metric-search.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const queriesPerCall = 500;
/**
 * A sum is a search, of which CloudWatch's own graphs once took five; each may find hundreds of metrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
const sumsPerCall = 5;

/** 500 queries of one-minute points over three hours are 90,000: one page, of the 100,800 that AWS admits. */
const recentSeconds = 3 * 3600;

/** A guard against a token that never ends; what is still open then is told as partial. */
const pagesPerCall = 50;

/**
 * CloudWatch shows a period while it is still being filled, and a service's last contribution comes after its end;
 * nothing in the answer tells a first value from a final one. A sum that is read too early is too low and is kept, for
 * each tick asks only for periods that it has not seen. Half a minute is borne more easily than a wrong point.
 */
export const completeAfterSeconds = 30;

// NaN and infinities pass here and are dropped point by point: one of them must not cost the whole answer.
const numberSchema = z.custom<number>((value) => typeof value === 'number');
const resultSchema = z.object({
  Id: z.string(),
  // Complete, PartialData, InternalError or Forbidden. Any other must not cost the whole answer: it counts as partial.
  StatusCode: z.string().optional(),
  Timestamps: z.array(z.date()).max(110_000).default([]),
  Values: z.array(numberSchema).max(110_000).default([]),
  Messages: z.array(z.object({ Code: z.string().optional(), Value: z.string().optional() })).default([]),
});
type MetricResult = z.infer<typeof resultSchema>;
const pageSchema = z.object({
  MetricDataResults: z.array(resultSchema).max(queriesPerCall).default([]),
  Messages: z.array(z.unknown()).default([]),
  NextToken: z.string().optional(),
});

/**
 * Everything asked for at about the same time goes into as few GetMetricData calls as 500 queries each allow. Up to
 * five statistics of one metric are billed as one metric if they are in one call, so they are kept together.
 */
export function createMetrics(client: CloudWatchClient, clock: Clock): Metrics {
  const readings = new DataLoader<MetricQuery, MetricReading>(
    (queries) => readAll(client, clock.nowSeconds(), queries),
    { cache: false, batchScheduleFn: gather },
  );
  return { read: (query) => readings.load(query) };
}

async function readAll(
  client: CloudWatchClient,
  nowSeconds: number,
  queries: readonly MetricQuery[],
): Promise<MetricReading[]> {
  const readings = new Map<MetricQuery, MetricReading>();
  const due = queries.filter((query) => {
    const possible = lastEnd(query, nowSeconds) > query.sinceSeconds;
    // No period can have been completed since: nothing to pay for.
    if (!possible) readings.set(query, { kind: 'read', points: [], partial: false });
    return possible;
  });
  // One call has one time range. CloudWatch lays its periods from StartTime on, so that a call has one period too; and
  // a query for last week must not make the others of its call fetch a week. Sums stay apart: they end sooner, and an
  // expression that CloudWatch refuses costs its whole call.
  const ranges = Map.groupBy(due, (query) => {
    const recent = query.sinceSeconds >= nowSeconds - recentSeconds;
    const what = query.summedOver === undefined ? 'metrics' : 'sums';
    return `${what} ${query.periodSeconds} ${recent ? 'recent' : query.sinceSeconds}`;
  });
  const calls = [...ranges.values()].flatMap((range) =>
    intoCalls(range).map((call) => read(client, nowSeconds, call)),
  );
  for (const answered of await Promise.all(calls)) {
    for (const [query, reading] of answered) readings.set(query, reading);
  }
  return queries.map(
    (query) => readings.get(query) ?? failed('error', 'GetMetricData was not asked for this metric.'),
  );
}

/** The end of the newest complete period. E.g. at 12:03:20 that of one-minute periods is 12:02:00, at 12:03:30 12:03:00. */
function lastEnd({ periodSeconds, summedOver }: MetricQuery, nowSeconds: number): number {
  const afterSeconds = summedOver === undefined ? completeAfterSeconds : summedAfterSeconds;
  return Math.floor((nowSeconds - afterSeconds) / periodSeconds) * periodSeconds;
}

type Statistics = { readonly query: MetricQuery; readonly askedAs: readonly MetricQuery[] };

/** The queries of one range in calls of 500, equal ones asked once, all statistics of a metric in the same call. */
function intoCalls(queries: readonly MetricQuery[]): Statistics[][] {
  const metrics = Map.groupBy(queries, metricKey);
  const distinct = [...metrics.values()].map((ofMetric) =>
    [...Map.groupBy(ofMetric, (query) => query.statistic).values()].flatMap((askedAs): Statistics[] => {
      const [query] = askedAs;
      return query === undefined ? [] : [{ query, askedAs }];
    }),
  );
  const perCall = queries[0]?.summedOver === undefined ? queriesPerCall : sumsPerCall;
  const calls = inBatches(distinct, perCall, (statistics) => statistics.length, perCall);
  return calls.map((call) => call.flat());
}

function metricKey({ namespace, metricName, dimensions, summedOver }: MetricQuery): string {
  return JSON.stringify([namespace, metricName, Object.entries(dimensions).sort(), summedOver]);
}

async function read(
  client: CloudWatchClient,
  nowSeconds: number,
  asked: readonly Statistics[],
): Promise<[MetricQuery, MetricReading][]> {
  const [first] = asked;
  if (first === undefined) return [];
  const { periodSeconds } = first.query;
  const sinceSeconds = Math.min(...asked.flatMap((it) => it.askedAs.map((query) => query.sinceSeconds)));
  const input = {
    MetricDataQueries: asked.map((it, index) => toMetricDataQuery(it.query, index)),
    // Timestamps are the starts of periods. The first that ends after `since` starts in the period that holds it.
    StartTime: new Date(Math.floor(sinceSeconds / periodSeconds) * periodSeconds * 1000),
    EndTime: new Date(lastEnd(first.query, nowSeconds) * 1000),
    ScanBy: 'TimestampAscending' as const,
  };
  const results = new Map<string, MetricResult>();
  const readingOf = (missing: MetricReading, messages: boolean) =>
    asked.flatMap(({ askedAs }, index) =>
      askedAs.map((query): [MetricQuery, MetricReading] => {
        const result = results.get(idOf(index));
        if (result !== undefined) return [query, toReading(query, result, messages)];
        // A search that finds nothing has no sum.
        const nothing = query.summedOver !== undefined && missing === unanswered;
        return [query, nothing ? { kind: 'read', points: [], partial: messages } : missing];
      }),
    );
  let messages = false;
  try {
    let nextToken: string | undefined;
    for (let page = 0; page < pagesPerCall; page++) {
      const command = new GetMetricDataCommand({ ...input, ...(nextToken && { NextToken: nextToken }) });
      const answer = pageSchema.parse(await client.send(command));
      for (const result of answer.MetricDataResults)
        results.set(result.Id, joined(results.get(result.Id), result));
      messages ||= answer.Messages.length > 0;
      nextToken = answer.NextToken;
      if (nextToken === undefined) break;
    }
    return readingOf(unanswered, messages);
  } catch (error) {
    // What earlier pages have completed stands; the rest is as the failure says.
    for (const [id, result] of results) if (result.StatusCode !== 'Complete') results.delete(id);
    const failure = classifyAwsError(error);
    const cause = failure === 'throttled' || failure === 'forbidden' ? failure : 'error';
    return readingOf(failed(cause, describeAwsError(error)), messages);
  }
}

function failed(cause: Extract<MetricReading, { kind: 'failed' }>['cause'], message: string): MetricReading {
  return { kind: 'failed', cause, message };
}

const unanswered = failed('error', 'GetMetricData answered without this metric.');

const idOf = (index: number) => `q${index}`;

function toMetricDataQuery(query: MetricQuery, index: number): MetricDataQuery {
  const { summedOver, periodSeconds } = query;
  if (summedOver !== undefined) {
    return { Id: idOf(index), Expression: sumOf(query, summedOver), Period: periodSeconds };
  }
  return {
    Id: idOf(index),
    MetricStat: {
      Metric: {
        Namespace: query.namespace,
        MetricName: query.metricName,
        Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: query.periodSeconds,
      Stat: query.statistic,
    },
  };
}

/** A metric's points go on from page to page; its newest status is the one that holds. */
function joined(before: MetricResult | undefined, page: MetricResult): MetricResult {
  if (before === undefined) return page;
  return {
    ...page,
    Timestamps: [...before.Timestamps, ...page.Timestamps],
    Values: [...before.Values, ...page.Values],
    Messages: [...before.Messages, ...page.Messages],
  };
}

function toReading(query: MetricQuery, result: MetricResult, messages: boolean): MetricReading {
  const said = result.Messages.map((it) => `${it.Code}: ${it.Value}`)
    .join('; ')
    .slice(0, 500);
  if (result.StatusCode === 'Forbidden') return failed('forbidden', said || 'Forbidden');
  if (result.StatusCode === 'InternalError') return failed('error', said || 'InternalError of CloudWatch');
  const points = result.Timestamps.flatMap((timestamp, index): Point[] => {
    const atSeconds = timestamp.getTime() / 1000 + query.periodSeconds;
    const value = result.Values[index];
    return atSeconds > query.sinceSeconds && value !== undefined && Number.isFinite(value)
      ? [{ atSeconds, value }]
      : [];
  });
  points.sort((a, b) => a.atSeconds - b.atSeconds);
  // A message on the whole call means that it was carried out only in part.
  return { kind: 'read', points, partial: result.StatusCode !== 'Complete' || messages };
}
