import type { Point } from '../../contract/measurement.ts';
import {
  type Clock,
  type MetricQuery,
  type MetricReading,
  type Metrics,
  summedAfterSeconds,
} from '../../control/ports.ts';

/**
 * Points older than this, against the newest of their series, are dropped, as CloudWatch drops its finest; those of five
 * minutes and more it keeps for 63 days.
 */
const keepSeconds = 3 * 3600;
const longPeriodSeconds = 300;
const longKeepSeconds = 63 * 86_400;

export type MetricName = Pick<MetricQuery, 'namespace' | 'metricName' | 'dimensions'>;

/** One published period of one metric. */
export type PublishedPoint = {
  readonly endSeconds: number;
  readonly periodSeconds: number;
  readonly values: Readonly<Partial<Record<MetricQuery['statistic'], number>>>;
  /** Nobody reads it before this: CloudWatch shows a minute one to two minutes after it began. */
  readonly visibleAtSeconds: number;
};

/** How a reading fails: not at all (`partial`, only flagged) or whole, for a cause. */
export type ReadingFailure = Extract<MetricReading, { kind: 'failed' }>['cause'] | 'partial';

export type MemoryMetrics = Metrics & {
  /** A point for the same period replaces the earlier one. */
  publish(metric: MetricName, point: PublishedPoint): void;
  /** From now on readings that the predicate is true of fail for this cause; without a predicate none does. */
  fail(predicate: ((query: MetricQuery) => boolean) | undefined, cause?: ReadingFailure): void;
};

type Series = { readonly metric: MetricName; readonly points: PublishedPoint[] };

function seriesKey({ namespace, metricName, dimensions }: MetricName, periodSeconds: number): string {
  return `${namespace}|${metricName}|${periodSeconds}${dimensionsKey(dimensions)}`;
}

/** A world publishes with the same few objects millions of times. */
const knownDimensions = new WeakMap<MetricName['dimensions'], string>();

function dimensionsKey(dimensions: MetricName['dimensions']): string {
  let key = knownDimensions.get(dimensions);
  if (key === undefined) {
    const names = Object.keys(dimensions);
    if (names.length > 1) names.sort();
    key = '';
    for (const name of names) key += `|${name}=${dimensions[name]}`;
    knownDimensions.set(dimensions, key);
  }
  return key;
}

/**
 * CloudWatch in memory. A series is read at the period that it was published with, and what is published counts as
 * complete: `visibleAtSeconds` is where the world says how late, and how whole, a metric arrives.
 */
export function createMemoryMetrics(clock: Clock): MemoryMetrics {
  const allSeries = new Map<string, Series>();
  let failing:
    | { readonly predicate: (query: MetricQuery) => boolean; readonly cause: ReadingFailure }
    | undefined;

  const visible = (series: readonly PublishedPoint[], query: MetricQuery): Point[] => {
    const now = clock.nowSeconds();
    const points: Point[] = [];
    for (let index = series.length - 1; index >= 0; index--) {
      const point = series[index];
      if (point === undefined || point.endSeconds <= query.sinceSeconds) break;
      const value = point.values[query.statistic];
      if (point.visibleAtSeconds <= now && value !== undefined && Number.isFinite(value)) {
        points.push({ atSeconds: point.endSeconds, value });
      }
    }
    return points.reverse();
  };

  /** As CloudWatch sums: whatever is there of a period. */
  const sumOver = (dimension: string, query: MetricQuery): Point[] => {
    const sums = new Map<number, number>();
    for (const [key, { metric, points }] of allSeries) {
      const value = metric.dimensions[dimension];
      if (value === undefined) continue;
      const dimensions = { ...query.dimensions, [dimension]: value };
      if (key !== seriesKey({ ...query, dimensions }, query.periodSeconds)) continue;
      for (const point of visible(points, query)) {
        sums.set(point.atSeconds, (sums.get(point.atSeconds) ?? 0) + point.value);
      }
    }
    const untilSeconds = clock.nowSeconds() - summedAfterSeconds;
    return [...sums]
      .map(([atSeconds, value]) => ({ atSeconds, value }))
      .filter((point) => point.atSeconds <= untilSeconds)
      .sort((a, b) => a.atSeconds - b.atSeconds);
  };

  const pointsOf = (query: MetricQuery): Point[] =>
    query.summedOver === undefined
      ? visible(allSeries.get(seriesKey(query, query.periodSeconds))?.points ?? [], query)
      : sumOver(query.summedOver, query);

  return {
    read: async (query) => {
      const failure = failing?.predicate(query) ? failing.cause : undefined;
      if (failure === undefined || failure === 'partial') {
        return { kind: 'read', points: pointsOf(query), partial: failure === 'partial' };
      }
      return {
        kind: 'failed',
        cause: failure,
        message: `${query.metricName}: ${failure}, as it was told to fail`,
      };
    },

    publish: (metric, point) => {
      const key = seriesKey(metric, point.periodSeconds);
      let known = allSeries.get(key);
      if (known === undefined) {
        known = { metric, points: [] };
        allSeries.set(key, known);
      }
      const series = known.points;
      let after = series.length;
      while (after > 0 && (series[after - 1]?.endSeconds ?? 0) > point.endSeconds) after--;
      const replaces = series[after - 1]?.endSeconds === point.endSeconds;
      series.splice(replaces ? after - 1 : after, replaces ? 1 : 0, point);
      const newest = series.at(-1)?.endSeconds ?? point.endSeconds;
      const kept = point.periodSeconds >= longPeriodSeconds ? longKeepSeconds : keepSeconds;
      while ((series[0]?.endSeconds ?? newest) < newest - kept) series.shift();
    },

    fail: (predicate, cause = 'error') => {
      failing = predicate && { predicate, cause };
    },
  };
}
