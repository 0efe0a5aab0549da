import * as z from 'zod';
import { type Field, fieldSchema, fields, type Point } from '../contract/measurement.ts';
import type { Sample, ServiceObservation, Unread } from '../core/sample.ts';
import { compactJson, jsonText } from './compact-json.ts';

/**
 * A sample as JSON of few bytes: a point is a row of its moment and its value; points that are equally far apart, as
 * agents' are, are one row of the first one's moment, the distance, and their values.
 * E.g. 3, 4 and 5 at 100, 110 and 120 s are [100,10,3,4,5].
 */
export function encodeSample(sample: Sample): string {
  const { series, bySource } = sample;
  return compactJson({
    ...sample,
    series: encodeSeries(series),
    ...(bySource && { bySource: mapValues(bySource, encodeSeries) }),
  });
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

const encodeSeries = (series: Sample['series']) => mapValues(series, rowsOf);

/** A run is worth a row of its own from so many points on; a row of two numbers is always one point. */
const leastRun = 3;

function rowsOf(points: readonly Point[]): number[][] {
  const rows: number[][] = [];
  let from = 0;
  while (from < points.length) {
    const run = points.slice(from, from + runLength(points, from));
    const [first, second] = run;
    if (first === undefined) break;
    if (second === undefined || run.length < leastRun) {
      rows.push([first.atSeconds, first.value]);
      from++;
    } else {
      const distance = second.atSeconds - first.atSeconds;
      rows.push([first.atSeconds, distance, ...run.map((it) => it.value)]);
      from += run.length;
    }
  }
  return rows;
}

/** How many points from this one on are equally far apart. */
function runLength(points: readonly Point[], from: number): number {
  const at = (index: number) => points[index]?.atSeconds ?? Number.NaN;
  const distance = at(from + 1) - at(from);
  let until = from + 1;
  while (at(until) - at(until - 1) === distance) until++;
  return until - from;
}

function pointsOf([first = 0, second = 0, ...values]: readonly number[]): Point[] {
  return values.length === 0
    ? [{ atSeconds: first, value: second }]
    : values.map((value, index) => ({ atSeconds: first + index * second, value }));
}

const count = z.number().int().min(0);
const observationSchema = z.object({
  desiredTasks: count,
  runningTasks: count,
  pendingTasks: count,
  revision: z.string().max(1000),
  deploying: z.boolean(),
  deployment: z.string().max(1000).exactOptional(),
  protectedTasks: count.exactOptional(),
} satisfies Record<keyof ServiceObservation, z.ZodType>);

const causes = ['absent', 'partial', 'throttled', 'forbidden', 'error'] satisfies Unread['cause'][];

const seriesSchema = z
  .partialRecord(fieldSchema, z.array(z.array(z.number()).min(2).max(2000)).max(2000))
  .transform(
    (series): Partial<Record<Field, Point[]>> => mapValues(series, (rows) => rows.flatMap(pointsOf)),
  );

const encodedSampleSchema = jsonText(
  z.object({
    atSeconds: z.number(),
    observation: observationSchema,
    series: seriesSchema,
    bySource: z.record(z.string().max(1000), seriesSchema).exactOptional(),
    unread: z
      .array(
        z.object({ field: fieldSchema, source: z.string().max(1000).exactOptional(), cause: z.enum(causes) }),
      )
      .max(10 * fields.length),
  } satisfies Record<keyof Sample, z.ZodType>),
);

/** The inverse of `encodeSample`; `undefined` for what is not a sample. */
export function decodeSample(text: unknown): Sample | undefined {
  return encodedSampleSchema.safeParse(text).data;
}
