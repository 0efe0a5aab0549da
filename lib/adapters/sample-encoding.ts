import * as z from 'zod';
import { type Field, fieldSchema, fields } from '../contract/measurement.ts';
import type { Sample, ServiceObservation, Unread } from '../core/sample.ts';
import { compactJson, jsonText } from './compact-json.ts';

/** A sample as JSON of few bytes: each point is a row of its moment and its value. */
export function encodeSample(sample: Sample): string {
  return compactJson({
    ...sample,
    series: Object.fromEntries(
      Object.entries(sample.series).map(([field, points]) => [
        field,
        points.map((it) => [it.atSeconds, it.value]),
      ]),
    ),
  });
}

const count = z.number().int().min(0);
const observationSchema = z.object({
  desiredTasks: count,
  runningTasks: count,
  pendingTasks: count,
  revision: z.string().max(1000),
  deploying: z.boolean(),
} satisfies Record<keyof ServiceObservation, z.ZodType>);

const causes = ['absent', 'partial', 'throttled', 'forbidden', 'error'] satisfies Unread['cause'][];

const encodedSampleSchema = jsonText(
  z.object({
    atSeconds: z.number(),
    observation: observationSchema,
    series: z.partialRecord(fieldSchema, z.array(z.tuple([z.number(), z.number()])).max(2000)),
    unread: z.array(z.object({ field: fieldSchema, cause: z.enum(causes) })).max(10 * fields.length),
  } satisfies Record<keyof Sample, z.ZodType>),
);

/** The inverse of `encodeSample`; `undefined` for what is not a sample. */
export function decodeSample(text: unknown): Sample | undefined {
  const parsed = encodedSampleSchema.safeParse(text);
  if (!parsed.success) return undefined;
  const series = Object.entries(parsed.data.series).map(([field, rows]) => [
    field,
    rows.map(([atSeconds, value]) => ({ atSeconds, value })),
  ]);
  return {
    ...parsed.data,
    series: Object.fromEntries(series) as Partial<Record<Field, { atSeconds: number; value: number }[]>>,
  };
}
