import * as z from 'zod';
import { measurements } from './measurement.ts';

/** Why a service is scaled. Closed: whoever subscribes can rely on this list. */
export const scaleReasons = {
  'lag-objective-breached': 'Records are older than the lag objective.',
  'demand-exceeds-capacity': 'The load expected when new tasks can help, with the backlog, needs more tasks.',
  'capacity-exceeds-demand':
    'Fewer tasks hold the objective, and have done for the whole stabilization window.',
  'utilization-high': 'CPU, memory, latency or throughput is above the scale-out threshold.',
  'utilization-low': 'CPU, memory, latency and throughput are all below the scale-in threshold.',
  'unknown-capacity-step': 'More tasks are needed; what one can do is not known yet, so a step is taken.',
  'ineffective-undone': 'The last tasks that were added brought nothing: they are taken back.',
  'deployment-reset': 'A deployment has set a smaller count from its template: the one before is put back.',
  'below-minimum': 'The desired count is below the minimum of the policy.',
  'above-maximum': 'The desired count is above the maximum of the policy.',
} as const;
export type ScaleReason = keyof typeof scaleReasons;

/** Why a service is left as it is. Closed. */
export const holdReasons = {
  'on-target': 'The count is right for the load.',
  'metrics-missing': 'A signal that the strategy needs was never measured, or is absent now.',
  'metrics-stale': 'The newest point of a signal that the strategy needs is too old.',
  'insufficient-data': 'There are too few points to decide on.',
  'capacity-unknown': 'Fewer tasks may do, but what one task can do is not known well enough.',
  'low-confidence': 'Fewer tasks seem to do, but the evidence is too thin.',
  'lag-budget':
    'More tasks will be needed, but until the next decision can take effect the lag stays well inside the objective.',
  cooldown: 'The last change is too recent for a scale-in.',
  stabilizing: 'Fewer tasks seem to do, but not yet for the whole stabilization window.',
  'saving-too-small': 'One fewer task would do, but the change costs more than it saves.',
  'signals-disagree': 'One fresh signal asks for fewer tasks, another does not.',
  'tasks-starting': 'The tasks already requested are enough once they have started.',
  paused: 'A person has paused scaling this way.',
  yielding: 'Somebody else has set this count: it stands for a while, unless the objective is missed.',
  'tasks-busy':
    'Fewer tasks would do, but those that there are are at work, and may not be stopped (weir:protect).',
  'update-limit':
    'More services of the Region are to be changed than ECS takes calls for: those that need it more go first.',
  'deployment-in-progress': 'The service is being deployed: no scale-in until it is done.',
  'at-maximum': 'More tasks are needed, but the policy allows no more.',
  'at-minimum': 'Fewer tasks would do, but the policy allows no fewer.',
  'partitions-exhausted': 'More tasks are needed, but there are no more partitions to read.',
  'breaker-open': 'More tasks would be asked for, but they have just been seen to bring nothing.',
  'not-reading': 'Records arrive and nobody reads them: more tasks of a stopped consumer do not help.',
  'tasks-cannot-start':
    'Tasks fail soon after they start, or ECS finds no place for them: more would not come, and none is given up.',
} as const;
export type HoldReason = keyof typeof holdReasons;

/** What cut a wanted count short. */
export const clamps = {
  minimum: 'minTasks of the policy',
  maximum: 'maxTasks of the policy',
  partitions: 'the number of partitions',
  'low-confidence-step': 'thin evidence bounds the step of a scale-out',
  'scale-in-step': 'the largest step inward',
  breaker: 'the count beyond which more tasks brought nothing',
  stabilization: 'the largest count wanted within the stabilization window',
  approval: 'the count that a person has approved',
  protection: 'the tasks that protect themselves while they work',
} as const;
export type Clamp = keyof typeof clamps;

const closed = <K extends string>(record: Record<K, string>) => z.enum(Object.keys(record) as [K, ...K[]]);

/**
 * The numbers a decision rests on. Each is there when it was known; none is made up. Names carry their units.
 */
export const evidenceSchema = z.object({
  desiredTasks: z.number().int().min(0).describe('desired count when the decision was taken'),
  consumingTasks: z.number().int().min(0).describe('tasks that run'),
  protectedTasks: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('tasks that protect themselves from a scale-in'),
  yieldUntilSeconds: z
    .number()
    .optional()
    .describe('until when a count that somebody else has set stands, epoch seconds'),
  retryAtSeconds: z
    .number()
    .optional()
    .describe('while tasks cannot start: from when on a step more may be tried; epoch seconds'),
  wantedTasks: z.number().int().min(0).optional().describe('what the strategy asked for, before clamps'),
  arrivalsPerSecond: z.number().optional().describe('λ, newest'),
  forecastPerSecond: z.number().optional().describe('λ̂(h), expected when a change takes effect'),
  forecastBoundPerSecond: z.number().optional().describe('upper bound of λ̂(h), what the count must carry'),
  horizonSeconds: z.number().optional().describe('h: until a change takes effect'),
  taskRatePerSecond: z.number().optional().describe('μ, what one task can process'),
  taskRateCertainty: z.number().min(0).max(1).optional().describe('how well μ is known'),
  taskRateSource: z.enum(['saturated', 'busy', 'floor', 'unknown']).optional().describe('how μ was found'),
  backlogRecords: z.number().optional().describe('L, newest'),
  backlogAtHorizonRecords: z.number().optional().describe('L̂(h), when a change takes effect'),
  lagSeconds: z.number().optional().describe('age of the oldest unprocessed record'),
  lagObjectiveSeconds: z.number().optional().describe('of the policy'),
  worstSource: z.string().optional().describe('of several sources, the one whose records are oldest'),
  silentSources: z
    .string()
    .optional()
    .describe('of several sources, those of which a needed signal is not fresh, with blanks between'),
  timeToClearSeconds: z.number().optional().describe('T_c, the time left to clear the backlog'),
  utilizationTarget: z.number().optional().describe('u'),
  tasksForLoad: z.number().optional().describe('tasks that the forecast alone asks for'),
  tasksForBacklog: z.number().optional().describe('tasks that the backlog asks for on top'),
  hottestShare: z
    .number()
    .optional()
    .describe('share of the load of the hottest partition, where one is hot'),
  partitions: z.number().int().optional().describe('of the source, where it has any'),
  factor: z.number().optional().describe('threshold strategy: the worst ratio of a signal to its target'),
  cpuPercent: z.number().optional().describe(measurements.cpuPercent),
  memoryPercent: z.number().optional().describe(measurements.memoryPercent),
  p95Ms: z.number().optional().describe(measurements.p95Ms),
  errorPercent: z.number().optional().describe(measurements.errorPercent),
  stalestSignalAgeSeconds: z
    .number()
    .optional()
    .describe('age of the oldest newest point among required signals'),
});
export type Evidence = Readonly<z.infer<typeof evidenceSchema>>;

/** What the model expects of a change, relative to leaving the count alone. Absent where the model is silent. */
export const impactSchema = z.object({
  cpuPercentBefore: z.number().optional().describe('CPU now'),
  cpuPercentAfter: z.number().optional().describe('CPU with the new count, under the same load'),
  lagSecondsBefore: z.number().optional().describe('lag at the horizon if nothing changes'),
  lagSecondsAfter: z.number().optional().describe('lag one catch-up time after the change takes effect'),
  taskHoursPerDay: z.number().describe('change in task-hours a day, if it stays so'),
  costShare: z.number().describe('change in cost, as a share of the cost now; +0.5 is half as much again'),
});
export type Impact = Readonly<z.infer<typeof impactSchema>>;

const common = {
  confidence: z.number().min(0).max(1).describe('share of the evidence that speaks for it'),
  limitedBy: closed(clamps).optional().describe('the clamp that won'),
  evidence: evidenceSchema.describe('the numbers it rests on'),
};

export const scaleSchema = z.object({
  kind: z.literal('scale').describe('a change'),
  direction: z.enum(['out', 'in']).describe('more tasks or fewer'),
  from: z.number().int().min(0).describe('desired count before'),
  to: z.number().int().min(0).describe('desired count after'),
  reason: closed(scaleReasons).describe('why; a closed list'),
  impact: impactSchema.describe('what the model expects of it'),
  ...common,
});

export const holdSchema = z.object({
  kind: z.literal('hold').describe('no change'),
  reason: closed(holdReasons).describe('why not; a closed list'),
  missing: z.array(z.string()).optional().describe('the signals that are missing or stale'),
  ...common,
});

export const decisionSchema = z.discriminatedUnion('kind', [scaleSchema, holdSchema]);
export type ScaleDecision = Readonly<z.infer<typeof scaleSchema>>;
export type HoldDecision = Readonly<z.infer<typeof holdSchema>>;
export type Decision = ScaleDecision | HoldDecision;
