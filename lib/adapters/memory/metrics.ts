import type { Point } from '../../contract/measurement.ts';
import type { Clock, MetricQuery, MetricReading, Metrics } from '../../control/ports.ts';

/** Points older than this, against the newest of their series, are dropped, as CloudWatch drops its finest. */
const keepSeconds = 3 * 3600;

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

function seriesKey({ namespace, metricName, dimensions }: MetricName, periodSeconds: number): string {
  return `${namespace}|${metricName}|${periodSeconds}${dimensionsKey(dimensions)}`;
}

/** A world publishes with the same few objects millions of times. */
const knownDimensions = new WeakMap<MetricName['dimensions'], string>();

function dimensionsKey(dimensions: MetricName['dimensions']): string {
  let key = knownDimensions.get(dimensions);
  if (key === undefined) {
    const names = Object.keys(dimensions).sort();
    key = names.map((name) => `|${name}=${dimensions[name]}`).join('');
    knownDimensions.set(dimensions, key);
  }
  return key;
}

/**
 * CloudWatch in memory. A series is read at the period that it was published with, and what is published counts as
 * complete: `visibleAtSeconds` is where the world says how late, and how whole, a metric arrives.
 */
export function createMemoryMetrics(clock: Clock): MemoryMetrics {
  const allSeries = new Map<string, PublishedPoint[]>();
  let failing:
    | { readonly predicate: (query: MetricQuery) => boolean; readonly cause: ReadingFailure }
    | undefined;

  const pointsOf = (query: MetricQuery): Point[] => {
    const series = allSeries.get(seriesKey(query, query.periodSeconds)) ?? [];
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
      const series = allSeries.get(key) ?? [];
      allSeries.set(key, series);
      let after = series.length;
      while (after > 0 && (series[after - 1]?.endSeconds ?? 0) > point.endSeconds) after--;
      const replaces = series[after - 1]?.endSeconds === point.endSeconds;
      series.splice(replaces ? after - 1 : after, replaces ? 1 : 0, point);
      const newest = series.at(-1)?.endSeconds ?? point.endSeconds;
      while ((series[0]?.endSeconds ?? newest) < newest - keepSeconds) series.shift();
    },

    fail: (predicate, cause = 'error') => {
      failing = predicate && { predicate, cause };
    },
  };
}
