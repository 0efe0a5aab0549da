import type { RegisteredSource } from '../config/registration.ts';
import type { Field, Point } from '../contract/measurement.ts';
import type { ServiceId } from '../contract/service-id.ts';
import type { FieldPlan } from '../core/measure.ts';
import type { Sample, Unread } from '../core/sample.ts';
import { askedOf, type Measurement, measurementOf } from './measurements.ts';
import type { TickPorts } from './ports.ts';

/** What asking for the fields that were due has brought. */
export type Readings = {
  /** Points that are new, or differ from what was read before. */
  readonly series: Sample['series'];
  /** Of several streams, by name. */
  readonly bySource?: NonNullable<Sample['bySource']>;
  readonly unread: readonly Unread[];
  /** Fields whose calls all worked. The others are due again at the next tick. */
  readonly polled: readonly Field[];
};

type Reading = {
  readonly points: readonly Point[];
  readonly unread?: Unread['cause'];
};

/** A field that was due, and what asking for it has brought. */
type Asked = { readonly plan: FieldPlan; readonly reading: Reading };

type Target = {
  readonly service: ServiceId;
  readonly sources: readonly RegisteredSource[];
  readonly nowSeconds: number;
};

/** How far back a field is asked for that was never read: enough to see a trend at the first tick. */
const firstReachSeconds = 900;
/** The newest points are asked for again: CloudWatch revises them, and more points do not cost more. */
const revisedPeriods = 5;
/** The table keeps six digits of a value. A revision below that is none. */
const sameWithin = 1e-5;

/**
 * Reads the fields that are due. `known` are the samples so far: a field is asked for from its last known point on, so
 * that nothing is lost while nobody asked, and nothing is kept twice.
 */
export async function readFields(
  due: readonly FieldPlan[],
  known: readonly Sample[],
  target: Target,
  ports: Pick<TickPorts, 'metrics' | 'queues' | 'telemetry'>,
): Promise<Readings> {
  const asked = await Promise.all(
    due.map(async (plan): Promise<Asked> => {
      const source = askedOf(plan, target.sources);
      const measurement = measurementOf(plan.field, target.service, source, plan.periodSeconds);
      const reading =
        measurement.kind === 'metric'
          ? await readMetric(plan, measurement, known, target, ports)
          : await readDepth(source, target, ports);
      return { plan, reading };
    }),
  );
  const named = asked.filter(({ plan }) => plan.source !== undefined);
  const failed = asked.filter(({ reading }) => reading.unread !== undefined && reading.unread !== 'absent');
  return {
    series: seriesOf(asked.filter(({ plan }) => plan.source === undefined)),
    ...(named.length > 0 && { bySource: seriesBySource(named) }),
    unread: asked.flatMap(({ plan: { field, source }, reading: { unread } }) =>
      unread === undefined ? [] : [{ field, ...(source !== undefined && { source }), cause: unread }],
    ),
    polled: [...new Set(due.map((it) => it.field))].filter(
      (field) => !failed.some(({ plan }) => plan.field === field),
    ),
  };
}

function seriesOf(asked: readonly Asked[]): Sample['series'] {
  return Object.fromEntries(
    asked
      .filter(({ reading }) => reading.points.length > 0)
      .map(({ plan, reading }) => [plan.field, reading.points]),
  );
}

function seriesBySource(asked: readonly Asked[]): NonNullable<Sample['bySource']> {
  const bySource = Map.groupBy(asked, ({ plan }) => plan.source ?? '');
  return Object.fromEntries([...bySource].map(([source, ofSource]) => [source, seriesOf(ofSource)]));
}

async function readMetric(
  { field, source }: FieldPlan,
  { query, convert }: Extract<Measurement, { kind: 'metric' }>,
  known: readonly Sample[],
  { service, nowSeconds }: Target,
  { metrics, telemetry }: Pick<TickPorts, 'metrics' | 'telemetry'>,
): Promise<Reading> {
  const revisedFromSeconds = nowSeconds - revisedPeriods * query.periodSeconds;
  const pointsIn = ({ series, bySource }: Sample) =>
    (source === undefined ? series : bySource?.[source])?.[field] ?? [];
  const knownValues = knownPoints(known, pointsIn, revisedFromSeconds);
  const newestSeconds = knownValues.size > 0 ? Math.max(...knownValues.keys()) : undefined;
  const sinceSeconds = Math.min(newestSeconds ?? nowSeconds - firstReachSeconds, revisedFromSeconds);
  const answer = await metrics.read({ ...query, sinceSeconds });
  if (answer.kind === 'failed') {
    telemetry.warn('A metric could not be read.', {
      service,
      field,
      ...(source !== undefined && { source }),
      cause: answer.cause,
      message: answer.message,
    });
    return { points: [], unread: answer.cause };
  }
  const points = answer.points
    .map((point) => ({ atSeconds: point.atSeconds, value: convert(point.value, query.periodSeconds) }))
    .filter((point) => isNews(point, knownValues.get(point.atSeconds)));
  if (answer.partial) return { points, unread: 'partial' };
  return points.length > 0 ? { points } : { points, unread: 'absent' };
}

function isNews(point: Point, knownValue: number | undefined): boolean {
  if (knownValue === undefined) return true;
  return (
    Math.abs(point.value - knownValue) > sameWithin * Math.max(Math.abs(point.value), Math.abs(knownValue))
  );
}

/**
 * Value by moment, of the newest point and of all after `fromSeconds`; of two for the same moment the one of the later
 * sample. A sample holds nothing younger than itself, so that those before both need no look.
 */
function knownPoints(
  samples: readonly Sample[],
  pointsIn: (sample: Sample) => readonly Point[],
  fromSeconds: number,
): Map<number, number> {
  const values = new Map<number, number>();
  for (let index = samples.length - 1; index >= 0; index--) {
    const sample = samples[index];
    if (sample === undefined || (values.size > 0 && sample.atSeconds <= fromSeconds)) break;
    for (const { atSeconds, value } of pointsIn(sample)) {
      if (!values.has(atSeconds)) values.set(atSeconds, value);
    }
  }
  return values;
}

/**
 * Messages that wait and messages that tasks hold are the backlog. Delayed ones are not: nobody can receive them yet,
 * however many tasks there are. E.g. 120 visible, 30 in flight and 500 delayed are a backlog of 150.
 */
async function readDepth(
  source: RegisteredSource | undefined,
  { service, nowSeconds }: Target,
  { queues, telemetry }: Pick<TickPorts, 'queues' | 'telemetry'>,
): Promise<Reading> {
  const answer =
    source?.queueUrl === undefined
      ? { kind: 'failed' as const, cause: 'error' as const, message: 'The registration has no queue URL.' }
      : await queues.depth(source.queueUrl);
  if (answer.kind === 'failed') {
    telemetry.warn('A queue could not be read.', { service, cause: answer.cause, message: answer.message });
    return { points: [], unread: answer.cause };
  }
  return { points: [{ atSeconds: nowSeconds, value: answer.visible + answer.inFlight }] };
}
