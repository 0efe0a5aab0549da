import type { Policy } from '../config/policy.ts';
import type { RegisteredSource } from '../config/registration.ts';
import type { Field } from '../contract/measurement.ts';

/** How a field is measured: how often it is asked for, and how old its newest point may be. */
export type FieldPlan = {
  readonly field: Field;
  readonly everySeconds: number;
  /** How far apart its points are. CloudWatch has one a minute, however seldom it is asked. */
  readonly periodSeconds: number;
  /** The strategy cannot scale in without it. */
  readonly required: boolean;
  /** A point is fresh while the period it describes ended at most this long ago. */
  readonly freshSeconds: number;
};

/** CloudWatch shows a minute's value one to two minutes after it began; one lost point is borne. */
const publicationSeconds = 180;

/**
 * CPU and memory only refine what the stream itself says; ten points for the price of one query, every ten
 * minutes, do for that. $0.044 a month and metric, against $0.438 each minute.
 */
const supportingSeconds = 600;

/** A service with a source is held at its lag objective; one without, at its utilization. */
export type Strategy = 'lag' | 'threshold';

export function strategyOf(sources: readonly RegisteredSource[]): Strategy {
  return sources.length > 0 ? 'lag' : 'threshold';
}

/** What must be measured of a service, and how often: nothing that its strategy does not use. */
export function planMeasurements(policy: Policy, sources: readonly RegisteredSource[]): readonly FieldPlan[] {
  // CloudWatch has one point a minute of these: asking more often buys nothing new.
  const everySeconds = Math.max(60, policy.evaluationSeconds);
  const freshSeconds = Math.max(publicationSeconds, everySeconds + publicationSeconds - 60);
  const signal = (field: Field): FieldPlan => ({
    field,
    everySeconds,
    periodSeconds: 60,
    required: true,
    freshSeconds,
  });
  const support = (field: Field): FieldPlan => ({
    field,
    everySeconds: supportingSeconds,
    periodSeconds: 60,
    required: false,
    freshSeconds: supportingSeconds + publicationSeconds,
  });
  const [source] = sources;
  if (source === undefined) return [signal('cpuPercent'), signal('memoryPercent')];
  const stream: FieldPlan[] =
    source.kind === 'kinesis'
      ? [signal('arrivalsPerSecond'), signal('lagSeconds'), signal('meanLagSeconds')]
      : [
          // Asked for at each tick, and current when it is.
          {
            ...signal('backlogRecords'),
            everySeconds: policy.evaluationSeconds,
            periodSeconds: policy.evaluationSeconds,
            freshSeconds: Math.max(120, 2 * policy.evaluationSeconds),
          },
          signal('arrivalsPerSecond'),
          // The flow follows from depth and arrivals; this is for the summary of the window.
          support('processedPerSecond'),
          { ...signal('lagSeconds'), required: false },
        ];
  return [...stream, support('cpuPercent'), support('memoryPercent')];
}

/** The fields that are due at `nowSeconds`. A second early counts as due: ticks jitter. */
export function dueFields(
  plan: readonly FieldPlan[],
  polledAtSeconds: Readonly<Partial<Record<Field, number>>>,
  nowSeconds: number,
): readonly FieldPlan[] {
  return plan.filter((it) => {
    const polled = polledAtSeconds[it.field];
    return polled === undefined || nowSeconds - polled >= it.everySeconds - 1;
  });
}
