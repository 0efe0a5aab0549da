import * as z from 'zod';
import type { Field } from '../contract/measurement.ts';
import type { Problem } from './policy-rules.ts';

/** What metrics of one's own can mean: these fields, in their units. */
export const metricFields = [
  'arrivalsPerSecond',
  'processedPerSecond',
  'backlogRecords',
  'lagSeconds',
  'p95Ms',
  'p99Ms',
  'errorPercent',
  'queueRecords',
  'backpressure',
] as const satisfies readonly Field[];
export type MetricField = (typeof metricFields)[number];

const text = (format: RegExp, expected: string) =>
  z.string({ error: expected }).regex(format, { error: expected });

/** AWS's limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html */
const dimensionsSchema = z
  .record(
    text(/^[\x20-\x7e]{1,255}$/, 'the name of a dimension, of 1 to 255 characters'),
    text(
      /^(?:[^{}\p{Cc}]|\{cluster\}|\{service\}){1,1024}$/u,
      'the value of a dimension, of 1 to 1024 characters, in which {cluster} and {service} alone stand for something',
    ),
    { error: 'an object: values of dimensions by name' },
  )
  .refine((dimensions) => Object.keys(dimensions).length <= 30, { error: 'at most 30 dimensions' });

const metricSchema = z.strictObject(
  {
    namespace: text(/^[^:\p{Cc}][^\p{Cc}]{0,254}$/u, 'a namespace of CloudWatch, e.g. AWS/AmazonMQ'),
    metricName: text(/^[^\p{Cc}]{1,255}$/u, 'the name of a metric, of 1 to 255 characters'),
    dimensions: dimensionsSchema.optional().describe('none, unless given'),
    statistic: text(
      /^(Average|Sum|Maximum|Minimum|SampleCount|p\d{1,2}(\.\d{1,2})?)$/,
      'Average, Sum, Maximum, Minimum, SampleCount or a percentile, e.g. p95',
    ).transform((it) => it as Statistic),
    multiplyBy: z
      .number({ error: 'a number above 0, up to 1e9' })
      .positive({ error: 'a number above 0, up to 1e9' })
      .max(1e9, { error: 'a number above 0, up to 1e9' })
      .optional()
      .describe("makes the field's unit of the metric's; 1 unless given"),
  },
  { error: 'an object: { namespace, metricName, dimensions, statistic, multiplyBy }' },
);

export type Statistic = 'Average' | 'Sum' | 'Maximum' | 'Minimum' | 'SampleCount' | `p${number}`;

/** A metric of CloudWatch of which there is a point each minute, and how it becomes a field. */
export type MetricDefinition = Readonly<z.infer<typeof metricSchema>>;
/** Metrics by what they mean. */
export type MetricSet = Readonly<Partial<Record<MetricField, MetricDefinition>>>;

export const metricSetSchema = z.strictObject(
  Object.fromEntries(metricFields.map((field) => [field, metricSchema.exactOptional()])) as {
    [F in MetricField]: z.ZodExactOptional<typeof metricSchema>;
  },
  { error: 'an object: metrics by what they mean, e.g. { backlogRecords: { … } }' },
);

/** What is known at each depth of a metric set, from its fields on. */
export const metricSetNames = [metricFields, Object.keys(metricSchema.shape)] as const;

/** Whether a set tells of records that wait; else it says how the tasks do. */
export function holdsRecords({ backlogRecords, lagSeconds }: MetricSet): boolean {
  return backlogRecords !== undefined || lagSeconds !== undefined;
}

/** Weir needs λ and L: λ measured, and L measured or, from the lag, derived. With one of them it could only add tasks. */
export function metricSetProblems(set: MetricSet, subject: string): Problem[] {
  const received = Object.keys(set).join(', ') || 'nothing';
  if (received === 'nothing') return [{ subject, received, expected: 'at least one metric' }];
  if (holdsRecords(set) === (set.arrivalsPerSecond !== undefined)) return [];
  const expected =
    'arrivalsPerSecond and one of backlogRecords and lagSeconds together, or none of the three';
  return [{ subject, received, expected }];
}
