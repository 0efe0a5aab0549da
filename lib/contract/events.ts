import * as z from 'zod';
import { bottleneckSchema } from './bottleneck.ts';
import { evidenceSchema, holdSchema, scaleSchema } from './decision.ts';
import { recommendationSchema } from './recommendation.ts';
import { serviceIdSchema } from './service-id.ts';
import { modes } from './tags.ts';

/** `source` of every event that Weir puts on its bus. */
export const eventSource = 'weir';

/**
 * What every event says. `id` is unique for what happened, not for its delivery: delivery is at least once, so
 * subscribers that must not act twice remember ids.
 */
const common = {
  version: z.literal(1).describe('of this format'),
  id: z.string().max(600).describe('service, item and version of what happened; the same on every delivery'),
  service: serviceIdSchema,
  at: z.iso.datetime().describe('when it happened, UTC'),
};

const event = <S extends z.ZodRawShape>(meaning: string, shape: S) =>
  z.object({ ...common, ...shape }).describe(meaning);

// A service that is off is not told of.
const mode = z.enum(modes).exclude(['off']).describe('value of weir:managed; true is auto');
const decisionId = z.string().describe('the same in the decision and in what became of it');
const from = z.number().int().describe('desired count before');
const to = z.number().int().describe('desired count decided');
const explanation = z.string().describe('the decision in one sentence');

/** Every event by its detail-type; the schema is that of `detail`. docs/events.md is generated from this. */
export const eventSchemas = {
  'Service Registered': event('Weir manages a service from now on, or manages it by another policy.', {
    mode,
    sources: z.array(z.string()).describe('as in weir:source, e.g. kinesis/orders'),
    partitions: z.number().int().optional().describe('of the source, where it has any'),
    policy: z.record(z.string(), z.unknown()).describe('the resolved policy, field by field'),
  }),
  'Service Rejected': event('A tagged service cannot be managed. Nothing is done to it.', {
    problems: z
      .array(
        z.object({
          subject: z.string().describe('the tag or property that is wrong'),
          received: z.string().describe('what it was'),
          expected: z.string().describe('what would be right'),
        }),
      )
      .min(1)
      .describe('everything that is wrong'),
  }),
  'Service Retired': event('Weir no longer manages a service.', {
    reason: z.enum(['tag-removed', 'switched-off', 'service-deleted']).describe('why it is out of hand'),
  }),
  'Scaling Decision': event('Weir decided to change the desired count.', {
    mode: mode.describe('in auto it is applied at once; otherwise it is advice'),
    decisionId,
    decision: scaleSchema.describe('what was decided'),
    explanation,
  }),
  'Scaling Applied': event('ECS has taken the desired count that was decided.', {
    decisionId,
    from,
    to,
    confirmedBy: z
      .enum(['response', 'observation'])
      .describe('observation: the response was lost, the count was seen'),
  }),
  'Scaling Failed': event('A decided change did not take place.', {
    decisionId,
    from,
    to,
    cause: z
      .enum(['rejected', 'throttled', 'service-gone', 'not-sent', 'not-taken', 'overtaken'])
      .describe(
        'rejected: by ECS; not-sent: the time for it had run out; not-taken: sent or not, ECS still has the old count; overtaken: somebody else set another count',
      ),
    message: z.string().max(1000).describe('what was said of it, for people'),
  }),
  'Scaling Held': event('The reason for leaving the count alone has changed, and stood for two ticks.', {
    decision: holdSchema.describe('why not'),
    explanation,
  }),
  'Approval Ended': event('A decision that waited for a person waits no more.', {
    decisionId: decisionId.describe('of the Scaling Decision that asked'),
    outcome: z
      .enum(['approved', 'rejected', 'lapsed', 'superseded'])
      .describe(
        'approved: it is carried out; rejected: it is not asked for again for an hour, or until its reason has passed; lapsed: its reason has passed, or nobody has answered for an hour; superseded: more is needed, and asked for anew',
      ),
  }),
  'Control Changed': event(
    'A person has paused or resumed scaling of a service, or set limits for a while.',
    {
      paused: z.array(z.enum(['out', 'in'])).describe('ways that are paused now'),
      minTasks: z.number().int().optional().describe("in place of the policy's"),
      maxTasks: z.number().int().optional().describe("in place of the policy's"),
      untilSeconds: z.number().optional().describe('when the limits end, epoch seconds'),
    },
  ),
  'Desired Count Changed': event('Somebody else has changed the desired count of a service.', {
    by: z
      .enum(['deployment', 'other'])
      .describe('deployment: the change came with a new deployment; other: a person or another controller'),
    from: z.number().int().describe('what Weir had left'),
    to: z.number().int().describe('what was found'),
    yieldUntilSeconds: z
      .number()
      .optional()
      .describe('until then the new count stands, unless the objective is missed; epoch seconds'),
    restoreTasks: z
      .number()
      .int()
      .optional()
      .describe('the count that Weir puts back, as far as the policy allows it'),
  }),
  'Ownership Conflict': event(
    'Application Auto Scaling scales a service that is tagged for Weir: Weir only advises until that ends.',
    {
      owner: z.literal('application-auto-scaling').describe('who scales it'),
      mode: z.enum(['auto', 'approve']).describe('value of weir:managed, which has no effect meanwhile'),
      active: z
        .array(z.enum(['scale-in', 'scale-out', 'scheduled']))
        .min(1)
        .describe('what is not suspended of the scalable target'),
    },
  ),
  'Bottleneck Detected': event('A limit of the service was found.', {
    bottleneck: bottleneckSchema.describe('what was found'),
    actions: z.array(z.string()).describe('what helps, most useful first'),
  }),
  'Bottleneck Cleared': event('A limit that was found is gone.', {
    kind: bottleneckSchema.shape.kind,
    sinceSeconds: z.number().describe('onset, epoch seconds'),
    lastedSeconds: z.number().describe('from its onset until it was seen to be gone'),
  }),
  'Scaling Suspended': event(
    'More tasks were seen to bring nothing: none are added beyond the count that did as much.',
    {
      direction: z.literal('out').describe('the way that is shut'),
      tasks: z.number().int().describe('no more than these are asked for'),
      limit: z.enum(['downstream', 'hot_partition']).describe('what is taken to be the limit'),
      retryAtSeconds: z.number().describe('when one step more is tried again, epoch seconds'),
    },
  ),
  'Scaling Resumed': event('More tasks may be added again: they help, or nothing waits any more.', {
    direction: z.literal('out').describe('the way that is open'),
    suspendedSeconds: z.number().describe('for so long it was shut'),
  }),
  Recommendation: event('Advice to people. The same advice is given once, and again when it comes back.', {
    recommendation: recommendationSchema.describe('what is advised'),
  }),
  'Metrics Missing': event(
    'A signal that the strategy needs has been absent for a while. Nothing is scaled in.',
    {
      fields: z.array(z.string()).min(1).describe('the measurements that are absent'),
      sinceSeconds: z.number().describe('when that was first seen, epoch seconds'),
      evidence: evidenceSchema.describe('what is known nevertheless'),
    },
  ),
} as const;

export type DetailType = keyof typeof eventSchemas;
export const detailTypes = Object.keys(eventSchemas) as DetailType[];

export type EventDetail<T extends DetailType> = z.infer<(typeof eventSchemas)[T]>;

/** An event as it waits in an outbox and goes to the bus. */
export type WeirEvent<T extends DetailType = DetailType> = {
  [K in T]: { readonly detailType: K; readonly detail: EventDetail<K> };
}[T];

/** What reads an outbox back: each entry by the schema of its detail-type. */
export const weirEventSchema = z
  .object({ detailType: z.enum(detailTypes as [DetailType, ...DetailType[]]), detail: z.unknown() })
  .transform((entry, context): WeirEvent => {
    const parsed = eventSchemas[entry.detailType].safeParse(entry.detail);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        context.addIssue({ code: 'custom', message: issue.message, path: ['detail', ...issue.path] });
      }
      return z.NEVER;
    }
    return { detailType: entry.detailType, detail: parsed.data } as WeirEvent;
  });

export const outboxSchema = z.array(weirEventSchema).max(50);
