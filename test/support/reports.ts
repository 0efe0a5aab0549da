import type { PolicyOverrides } from '../../lib/config/policy.ts';
import type { Field, Point } from '../../lib/contract/measurement.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import type { Sample, ServiceObservation } from '../../lib/core/sample.ts';
import { assembleWindow, type Window } from '../../lib/core/window.ts';
import { noon } from '../control/world.ts';
import { deepFreeze, kinesisContext, sampleOf } from './windows.ts';

/** A stream whose tasks have agents. */
export function agentContext(policy: PolicyOverrides = {}, partitions = 8): ServiceContext {
  const { sources, ...context } = kinesisContext(policy, partitions);
  return { ...context, sources: [...sources, { kind: 'agent' }] };
}

/** What agents say of ten seconds; what is left out they do not know. */
export type Report = {
  readonly arrivalsPerSecond: number;
  readonly processedPerSecond: number;
  readonly backlogRecords?: number;
  readonly lagSeconds?: number;
  readonly busyShare?: number;
};

const fieldOf: Readonly<Record<keyof Report, Field>> = {
  arrivalsPerSecond: 'agentArrivalsPerSecond',
  processedPerSecond: 'agentProcessedPerSecond',
  backlogRecords: 'agentBacklogRecords',
  lagSeconds: 'agentLagSeconds',
  busyShare: 'busyShare',
};

/** Reports as the points of their fields, the last one's end at `untilSeconds`; `undefined` is a lost one. */
export function seriesOfReports(
  reports: readonly (Report | undefined)[],
  untilSeconds: number,
): Partial<Record<Field, Point[]>> {
  const series: Partial<Record<Field, Point[]>> = {};
  for (const [index, report] of reports.entries()) {
    const atSeconds = untilSeconds - 10 * (reports.length - 1 - index);
    for (const name of Object.keys(report ?? {}) as (keyof Report)[]) {
      const value = report?.[name];
      if (value !== undefined)
        series[fieldOf[name]] = [...(series[fieldOf[name]] ?? []), { atSeconds, value }];
    }
  }
  return series;
}

/** The window at noon, after ticks each minute that have read these reports; the newest ended at noon. */
export function windowOfReports(
  reports: readonly (Report | undefined)[],
  {
    context = agentContext(),
    series = {},
    observed = () => ({}),
  }: {
    readonly context?: ServiceContext;
    /** Of CloudWatch. */
    readonly series?: Sample['series'];
    readonly observed?: (minutesAgo: number) => Partial<ServiceObservation>;
  } = {},
): Window {
  const ticks = Math.ceil(reports.length / 6) + 1;
  const samples = Array.from({ length: ticks }, (_, index) => {
    const minutesAgo = ticks - 1 - index;
    const until = reports.length - 6 * minutesAgo;
    const read = reports.slice(Math.max(0, until - 6), Math.max(0, until));
    return sampleOf({
      atSeconds: noon - 60 * minutesAgo,
      series: { ...(minutesAgo === 0 && series), ...seriesOfReports(read, noon - 60 * minutesAgo) },
      observation: observed(minutesAgo),
    });
  });
  return deepFreeze(assembleWindow(deepFreeze(samples), context, noon));
}
