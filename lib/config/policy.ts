import * as z from 'zod';

type FieldMeta = { readonly unit: string; readonly tag: string; readonly description: string };

/**
 * Every policy field: bounds, default, unit, tag and description in one place. The table in README is generated
 * from this, and so are the tag names.
 */
const policyRegistry = z.registry<FieldMeta>();

const field = <S extends z.ZodType>(schema: S, tag: string, unit: string, description: string): S => {
  policyRegistry.add(schema, { unit, tag: `weir:${tag}`, description });
  return schema;
};

const whole = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum);
const between = (minimum: number, maximum: number) => z.number().min(minimum).max(maximum);

export const policySchema = z.strictObject({
  minTasks: field(whole(0, 5000).default(1), 'min', 'tasks', 'Never fewer than this.'),
  maxTasks: field(whole(1, 5000).default(20), 'max', 'tasks', 'Never more than this.'),
  lagObjectiveSeconds: field(
    between(5, 86_400).default(60),
    'lag-objective',
    's',
    'No record should be older than this when it has been processed. Lag below it is a buffer that is used.',
  ),
  partitions: field(
    whole(1, 100_000).optional(),
    'partitions',
    'partitions',
    'How many the stream has, where it does not tell: a topic of Kafka.',
  ),
  objective: field(
    z.enum(['balanced', 'latency', 'throughput', 'resource_efficiency', 'cost']).default('balanced'),
    'objective',
    'one of these',
    'What to prefer within the lag objective: shifts how sure, how full and how patient, and nothing else.',
  ),
  catchUpSeconds: field(
    between(30, 3600).default(120),
    'catch-up',
    's',
    'How long the backlog may take to clear when the lag objective leaves less.',
  ),
  startupSeconds: field(
    between(1, 3600).default(60),
    'startup',
    's',
    'From UpdateService until a new task processes records.',
  ),
  rebalanceSeconds: field(
    between(0, 600).default(0),
    'rebalance',
    's',
    'How long consumption stops when the number of tasks changes.',
  ),
  cooldownSeconds: field(
    between(0, 3600).optional(),
    'cooldown',
    's',
    'No scale-in sooner than this after any change of the count: two periods of what is seen, unless given.',
  ),
  stabilizationSeconds: field(
    between(0, 3600).optional(),
    'stabilization',
    's',
    'A scale-in goes to the largest count that was needed within this time: two starts, a period of what is seen and ten rebalances, unless given.',
  ),
  yieldSeconds: field(
    between(0, 86_400).default(900),
    'yield',
    's',
    'A count that somebody else has set stands for so long, unless the objective is missed; 0: not at all.',
  ),
  protect: field(
    z.enum(['off', 'idle', 'drained']).default('off'),
    'protect',
    'one of these',
    'Which tasks may go: any; idle, those that do not protect themselves from a scale-in; drained, any while nothing waits or arrives.',
  ),
  scaleInConfidence: field(
    between(0, 1).default(0.7),
    'scale-in-confidence',
    'share',
    'A scale-in needs at least this much confidence.',
  ),
  evaluationSeconds: field(
    z.literal([10, 20, 30, 60, 120, 300]).default(60),
    'evaluate-every',
    's',
    'How often the service is evaluated.',
  ),
  metricsMissingSeconds: field(
    between(60, 3600).default(300),
    'metrics-missing-after',
    's',
    'A needed signal absent for this long is told as Metrics Missing.',
  ),
  cpuTargetPercent: field(
    between(1, 100).default(70),
    'cpu-target',
    '%',
    'Threshold strategy: CPU to aim at.',
  ),
  memoryTargetPercent: field(
    between(1, 100).default(80),
    'memory-target',
    '%',
    'Threshold strategy: memory to aim at.',
  ),
  utilizationSeconds: field(
    z.literal([20, 60]).default(60),
    'utilization-every',
    's',
    'Threshold strategy: how far apart ECS has CPU and memory of the service; 20 where its monitoring is set to that.',
  ),
  p95TargetMs: field(
    between(1, 600_000).default(100),
    'p95-target',
    'ms',
    'Threshold strategy: 95th percentile to aim at, where latency is measured.',
  ),
  throughputTargetPerTask: field(
    between(0.001, 10_000_000).optional(),
    'throughput-target',
    'records/s',
    'Threshold strategy: records per second and task to aim at, where throughput is measured.',
  ),
  scaleOutThreshold: field(
    between(0.1, 2).default(0.8),
    'scale-out-threshold',
    'share of target',
    'Threshold strategy: scale out when the worst signal is above this share of its target.',
  ),
  scaleInThreshold: field(
    between(0.01, 1.5).default(0.5),
    'scale-in-threshold',
    'share of target',
    'Threshold strategy: scale in when every signal is below this share of its target.',
  ),
  scaleOutStep: field(
    between(0.01, 10).default(0.5),
    'scale-out-step',
    'share of tasks',
    'Step outward where the right count is not known.',
  ),
  scaleInStep: field(
    between(0.01, 0.9).default(0.3),
    'scale-in-step',
    'share of tasks',
    'Step inward where the right count is not known.',
  ),
});

/** Objective and limits of one service, every default filled in. */
export type Policy = Readonly<z.infer<typeof policySchema>>;
/** A policy as a person writes it: only the fields that differ from the defaults. */
export type PolicyOverrides = Readonly<z.input<typeof policySchema>>;
export type PolicyField = keyof typeof policySchema.shape;

export const policyFields = Object.keys(policySchema.shape) as PolicyField[];

/** Unit, tag and description of a field. */
export function describePolicyField(name: PolicyField): FieldMeta {
  const meta = policyRegistry.get(policySchema.shape[name]);
  if (meta === undefined) throw new TypeError(`policy field ${name} has no description`);
  return meta;
}

/** What a field may be, in words. E.g. minTasks: `a whole number from 0 to 5000 (tasks)`. */
export function expectedOf(name: PolicyField): string {
  return `${valuesOf(policySchema.shape[name])} (${describePolicyField(name).unit})`;
}

function valuesOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return valuesOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodLiteral) {
    const values = [...schema.values];
    return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
  }
  if (schema instanceof z.ZodNumber) {
    return `a ${schema.isInt ? 'whole ' : ''}number from ${schema.minValue} to ${schema.maxValue}`;
  }
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`;
  throw new TypeError(
    `a policy field cannot be a ${schema.type}: say here how its values are told to a person`,
  );
}

/** The field that a tag overrides, e.g. `weir:min` → `minTasks`. */
export const policyFieldByTag: ReadonlyMap<string, PolicyField> = new Map(
  policyFields.map((name) => [describePolicyField(name).tag, name]),
);
