import * as z from 'zod';
import { bottleneckKinds, bottleneckSchema } from '../contract/bottleneck.ts';
import { holdReasons } from '../contract/decision.ts';
import { type Field, fieldSchema, fields } from '../contract/measurement.ts';
import type { Change, LoopState } from '../core/loop-state.ts';
import { compactJson, jsonText } from './compact-json.ts';

/**
 * Loop state as JSON of few bytes: one kilobyte is one write unit, each minute and service. What repeats is written
 * as rows, and moments as seconds after `slotSeconds` (mostly before it, so negative).
 */
export function encodeLoop(loop: LoopState): string {
  const { slotSeconds } = loop;
  const after = (atSeconds: number) => atSeconds - slotSeconds;
  const encoded = {
    ...loop,
    ...(loop.capacity && {
      capacity: {
        ...loop.capacity,
        saturated: loop.capacity.saturated.map((it) => [after(it.atSeconds), it.tasks, it.perTaskPerSecond]),
        ...(loop.capacity.byTasks && {
          byTasks: {
            ...loop.capacity.byTasks,
            rates: loop.capacity.byTasks.rates.map((it) => [it.tasks, it.perTaskPerSecond, it.minutes]),
          },
        }),
      },
    }),
    changes: loop.changes.map((it) => [after(it.atSeconds), it.from, it.to, it.by]),
    wanted: loop.wanted.map((it) => [after(it.atSeconds), it.tasks]),
    polledAtSeconds: Object.fromEntries(
      Object.entries(loop.polledAtSeconds).map(([field, atSeconds]) => [field, after(atSeconds)]),
    ),
  };
  return compactJson(mapMoments(encoded, after));
}

const momentNames: ReadonlySet<string> = new Set([
  'atSeconds',
  'fromSeconds',
  'sinceSeconds',
  'untilSeconds',
  'retryAtSeconds',
  'slowerSinceSeconds',
  'yieldUntilSeconds',
  'restUntilSeconds',
]);

/** The same with every moment in it, by its name, as `change` has it. Rows have no names, and stay. */
function mapMoments<T>(value: T, change: (seconds: number) => number): T {
  if (Array.isArray(value)) return value.map((it) => mapMoments(it, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, it]) => [
    name,
    momentNames.has(name) && typeof it === 'number' ? change(it) : mapMoments(it, change),
  ]);
  return Object.fromEntries(entries) as T;
}

/** States were once written with moments since 1970 beside those after the slot: a billion seconds tell them apart. */
const momentsFrom = 1e9;

const moment = z.number();
const tasks = z.number().int().min(0);
const closed = <K extends string>(record: Record<K, unknown>) => z.enum(Object.keys(record) as [K, ...K[]]);

const shape = {
  format: z.literal(1),
  slotSeconds: moment,
  desiredTasks: tasks.exactOptional(),
  deployment: z.string().max(1000).exactOptional(),
  yieldUntilSeconds: moment.exactOptional(),
  restUntilSeconds: moment.exactOptional(),
  restore: z.object({ tasks, untilSeconds: moment }).exactOptional(),
  capacity: z
    .object({
      revision: z.string().max(1000),
      saturated: z.array(z.tuple([moment, tasks, z.number()])).max(1000),
      saturatedCpuPercent: z.number().exactOptional(),
      slowerSinceSeconds: moment.exactOptional(),
      byTasks: z
        .object({
          untilSeconds: moment,
          rates: z.array(z.tuple([tasks, z.number(), z.number()])).max(100),
          contention: z.object({ sigma: z.number(), kappa: z.number() }).exactOptional(),
        })
        .exactOptional(),
      hottest: z.object({ atSeconds: moment, shares: z.array(z.number()).max(100) }).exactOptional(),
    })
    .exactOptional(),
  output: z
    .object({
      atSeconds: moment,
      perSecond: z.number(),
      plannedPerSecond: z.number(),
      fromSeconds: moment,
    })
    .exactOptional(),
  startups: z.array(z.number()).max(100).exactOptional(),
  changes: z
    .array(z.tuple([moment, tasks, tasks, z.enum(['weir', 'deployment', 'other'] satisfies Change['by'][])]))
    .max(100),
  wanted: z.array(z.tuple([moment, tasks])).max(1000),
  heldFor: closed(holdReasons).exactOptional(),
  heldTold: closed(holdReasons).exactOptional(),
  controlVersion: z.number().int().exactOptional(),
  pending: z
    .object({
      decisionId: z.string().max(1000),
      direction: z.enum(['out', 'in']),
      to: tasks,
      atSeconds: moment,
      rejected: z.literal(true).exactOptional(),
    })
    .exactOptional(),
  advisedTasks: tasks.exactOptional(),
  breaker: z
    .object({
      sinceSeconds: moment,
      tasks,
      ratePerSecond: z.number(),
      limit: z.enum(['downstream', 'hot_partition']),
      waitSeconds: z.number(),
      retryAtSeconds: moment,
    })
    .exactOptional(),
  missing: z
    .object({ sinceSeconds: moment, fields: z.array(fieldSchema).max(fields.length), told: z.boolean() })
    .exactOptional(),
  bottlenecks: z.array(bottleneckSchema).max(100),
  pastBottlenecks: z
    .array(z.object({ kind: closed(bottleneckKinds), sinceSeconds: moment, untilSeconds: moment }))
    .max(1000),
  advised: z.array(z.string().max(1000)).max(1000),
  polledAtSeconds: z.partialRecord(fieldSchema, moment),
} satisfies Record<keyof LoopState, z.ZodType>;

const encodedLoopSchema = jsonText(z.object(shape));

/** The inverse of `encodeLoop`; what is wrong, where the text is of another format or not a loop state at all. */
export function decodeLoop(text: unknown): { readonly loop: LoopState } | { readonly wrong: string } {
  const parsed = encodedLoopSchema.safeParse(text);
  if (!parsed.success) return { wrong: z.prettifyError(parsed.error) };
  const { slotSeconds } = parsed.data;
  const at = (afterSlot: number) =>
    afterSlot >= momentsFrom ? afterSlot : Math.round((slotSeconds + afterSlot) * 1000) / 1000;
  const { capacity, ...encoded } = mapMoments(parsed.data, at);
  const byTasks = capacity?.byTasks;
  const polled = Object.entries(encoded.polledAtSeconds).map(([field, after]) => [field, at(after)]);
  return {
    loop: {
      ...encoded,
      ...(capacity && {
        capacity: {
          revision: capacity.revision,
          ...(capacity.slowerSinceSeconds !== undefined && {
            slowerSinceSeconds: capacity.slowerSinceSeconds,
          }),
          ...(capacity.saturatedCpuPercent !== undefined && {
            saturatedCpuPercent: capacity.saturatedCpuPercent,
          }),
          ...(capacity.hottest && { hottest: capacity.hottest }),
          saturated: capacity.saturated.map(([after, count, perTaskPerSecond]) => ({
            atSeconds: at(after),
            tasks: count,
            perTaskPerSecond,
          })),
          ...(byTasks && {
            byTasks: {
              ...byTasks,
              rates: byTasks.rates.map(([count, perTaskPerSecond, minutes]) => ({
                tasks: count,
                perTaskPerSecond,
                minutes,
              })),
            },
          }),
        },
      }),
      changes: encoded.changes.map(([after, from, to, by]) => ({ atSeconds: at(after), from, to, by })),
      wanted: encoded.wanted.map(([after, count]) => ({ atSeconds: at(after), tasks: count })),
      polledAtSeconds: Object.fromEntries(polled) as Partial<Record<Field, number>>,
    },
  };
}
