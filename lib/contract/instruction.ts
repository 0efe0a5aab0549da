import * as z from 'zod';
import { serviceIdSchema } from './service-id.ts';

/** `source` and `detail-type` of an event by which a person tells Weir what to do with one service. */
export const instructionSource = 'weir.people';
export const instructionDetailType = 'Instruction';

export const directions = ['out', 'in', 'both'] as const;

const decisionId = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,255}\/[A-Za-z0-9_-]{1,255}#\d{1,15}$/,
    'expected the id of a decision, CLUSTER/SERVICE#NUMBER',
  )
  .describe('of the decision that waits');
const untilSeconds = z.number().int().positive().describe('epoch seconds');
const tasks = z.number().int().min(0).max(5000);

/** What a person may tell Weir. Whoever may put events on Weir's bus may. */
export const instructionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('approve'), decisionId }),
  z.strictObject({ kind: z.literal('reject'), decisionId }),
  z.strictObject({
    kind: z.literal('pause'),
    service: serviceIdSchema,
    direction: z.enum(directions),
    untilSeconds: untilSeconds.optional(),
  }),
  z.strictObject({ kind: z.literal('resume'), service: serviceIdSchema, direction: z.enum(directions) }),
  z
    .strictObject({
      kind: z.literal('override'),
      service: serviceIdSchema,
      minTasks: tasks.optional(),
      maxTasks: tasks.min(1).optional(),
      /** At or before now: the override ends. */
      untilSeconds,
    })
    .refine((it) => (it.minTasks ?? 0) <= (it.maxTasks ?? 5000), 'minTasks is more than maxTasks'),
]);
export type Instruction = z.infer<typeof instructionSchema>;

/** To a local run, whose time is its own: how long, not until when. */
export const localInstructionSchema = z.strictObject({
  instruction: z.record(z.string(), z.unknown()),
  forSeconds: z
    .number()
    .min(0)
    .max(400 * 86_400)
    .optional(),
});
export type LocalInstruction = z.infer<typeof localInstructionSchema>;

/** The service that an instruction is for: a decision's id begins with it. */
export function serviceOf(instruction: Instruction): string {
  return 'service' in instruction ? instruction.service : (instruction.decisionId.split('#')[0] ?? '');
}
