import * as z from 'zod';
import { metricSetSchema } from '../config/metric-sets.ts';
import { policySchema } from '../config/policy.ts';
import { outboxSchema, type WeirEvent } from '../contract/events.ts';
import { type ServiceId, serviceIdSchema } from '../contract/service-id.ts';
import { modes } from '../contract/tags.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { InFlight, StoredRegistration, StoredState, Waiting } from '../control/ports.ts';
import type { LearnedModel } from '../core/learned-model.ts';
import { initialLoopState } from '../core/loop-state.ts';
import type { Sample } from '../core/sample.ts';
import { compactJson, jsonText } from './compact-json.ts';
import { decodeLoop, encodeLoop } from './loop-encoding.ts';
import { decodeModel, encodeModel } from './model-encoding.ts';
import { decodeSample, encodeSample } from './sample-encoding.ts';
import { tableSchema } from './table-schema.ts';

/** An item as the document client gives and takes it. Every attribute is a string or a number. */
export type Item = Record<string, string | number>;

/** Told of an item that cannot be read as it should, and is borne. */
export type Warn = (message: string, details: Readonly<Record<string, unknown>>) => void;

/** Samples are for a window of an hour or two; what is older serves nobody here, and TTL is free. */
export const sampleLifeSeconds = 2 * 86_400;
/** What was learned is not believed for longer, should learn fail; and a service that is gone leaves nothing behind. */
export const modelLifeSeconds = 7 * 86_400;

/** What had to wait has been tried again by then. */
const waitingLifeSeconds = 600;

export const partitionOf = (service: ServiceId) => `SVC#${service}`;
export const registrationKey = (service: ServiceId) => ({ pk: partitionOf(service), sk: 'REG' });
export const stateKey = (service: ServiceId) => ({ pk: partitionOf(service), sk: 'STATE' });
export const modelKey = (service: ServiceId) => ({ pk: partitionOf(service), sk: 'MODEL' });
export const cursorKey = { pk: 'DISPATCH', sk: 'CURSOR' } as const;
export const waitingPartition = 'WAITING';
export const indexedAs = 'REG';

/**
 * Sort key of a sample: `S#` and its moment, epoch seconds to the millisecond, zero-padded so that text sorts as time
 * does. E.g. 1764000060.5 → S#01764000060.500.
 */
export const sampleSortKey = (atSeconds: number) => `S#${atSeconds.toFixed(3).padStart(15, '0')}`;
/** After every sample of a partition. */
export const afterSamples = 'S#~';

// The attribute is there only when there are events: the stream's filter asks for it.
const outboxAttribute = (outbox: readonly WeirEvent[], encode: (value: unknown) => string) =>
  outbox.length > 0 ? { outbox: encode(outbox) } : {};

export function stateItem(state: StoredState): Item {
  const { version, leaseUntilSeconds, inFlight } = state;
  return {
    ...stateKey(state.service),
    version,
    ...(leaseUntilSeconds !== undefined && { leaseUntilSeconds }),
    ...(inFlight && { inFlight: compactJson(inFlight) }),
    ...outboxAttribute(state.outbox, compactJson),
    loop: encodeLoop(state.loop),
  };
}

export function registrationItem(stored: StoredRegistration): Item {
  return {
    ...registrationKey(stored.service),
    version: stored.version,
    status: stored.status,
    // A policy is what a person wrote, not a measurement: it is kept to the last digit.
    ...(stored.status === 'managed' && { registration: JSON.stringify(stored.registration) }),
    ...(stored.status === 'rejected' && { problems: JSON.stringify(stored.problems) }),
    ...(stored.status !== 'retired' && { [tableSchema.registrations.partitionKey]: indexedAs }),
    ...outboxAttribute(stored.outbox, JSON.stringify),
  };
}

export function sampleItem(service: ServiceId, sample: Sample): Item {
  return {
    pk: partitionOf(service),
    sk: sampleSortKey(sample.atSeconds),
    sample: encodeSample(sample),
    [tableSchema.timeToLive]: Math.ceil(sample.atSeconds) + sampleLifeSeconds,
  };
}

export function modelItem(service: ServiceId, model: LearnedModel): Item {
  const { learnedAtSeconds } = model;
  return {
    ...modelKey(service),
    learnedAtSeconds,
    model: encodeModel(model),
    [tableSchema.timeToLive]: Math.ceil(learnedAtSeconds) + modelLifeSeconds,
  };
}

export function waitingItem({ message, atSeconds, waiting }: Waiting): Item {
  return {
    pk: waitingPartition,
    sk: `${sampleSortKey(atSeconds)}#${message}`,
    atSeconds,
    waiting: JSON.stringify(waiting),
    [tableSchema.timeToLive]: Math.ceil(atSeconds) + waitingLifeSeconds,
  };
}

const waitingSchema = z.object({
  sk: z.string(),
  atSeconds: z.number(),
  waiting: jsonText(z.array(z.number().int().min(0)).max(100)),
});

/** A note read back; `undefined` for what cannot be read: what it says is tried again anyway. */
export function readWaiting(item: unknown, warn: Warn): Waiting | undefined {
  const parsed = waitingSchema.safeParse(item);
  if (parsed.success) {
    const { sk, atSeconds, waiting } = parsed.data;
    return { message: sk.slice(sampleSortKey(atSeconds).length + 1), atSeconds, waiting };
  }
  warn('A note of what waits cannot be read.', { item: summaryOf(item) });
  return undefined;
}

/** The service whose partition an item is in. */
export const partition = z
  .string()
  .startsWith('SVC#')
  .transform((text) => text.slice('SVC#'.length))
  .pipe(serviceIdSchema);
export const version = z.number().int().positive();

const inFlightSchema = z.object({
  decisionId: z.string().max(1000),
  from: z.number().int().min(0),
  to: z.number().int().min(0),
  atSeconds: z.number(),
} satisfies Record<keyof InFlight, z.ZodType>);

const stateItemSchema = z.object({
  pk: partition,
  version,
  leaseUntilSeconds: z.number().exactOptional(),
  inFlight: jsonText(inFlightSchema).exactOptional(),
  loop: z.unknown().optional(),
  outbox: z.unknown().optional(),
});

/**
 * A state read back. A loop state of another format (an older or newer Weir wrote it), or one that cannot be read, is
 * as if there were none: the loop begins afresh and learns again within minutes. Version, lease and decision in flight
 * stay, so that the next conditional write takes place and a change under way is not forgotten.
 * @throws WeirError when even those cannot be read.
 */
export function readState(item: unknown, warn: Warn): StoredState {
  const parsed = stateItemSchema.safeParse(item);
  if (!parsed.success) throw unreadable('state', item, parsed.error);
  const { pk: service, loop: text, outbox, ...rest } = parsed.data;
  const decoded = decodeLoop(text);
  if ('wrong' in decoded) {
    warn('The loop state is of another format or cannot be read: the loop begins afresh.', {
      service,
      wrong: decoded.wrong,
    });
  }
  const loop = 'loop' in decoded ? decoded.loop : initialLoopState;
  return { service, ...rest, outbox: readStoredOutbox(service, outbox, warn), loop };
}

const partitions = z.number().int().positive().exactOptional();
const queueUrl = z.string().max(2000).exactOptional();
const name = z.string().max(1000).exactOptional();
const sourceSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('kinesis'),
    stream: z.string(),
    consumer: z.string().exactOptional(),
    application: z.string().exactOptional(),
    name,
    partitions,
    queueUrl,
  }),
  z.object({ kind: z.literal('sqs'), queue: z.string(), name, partitions, queueUrl }),
  z.object({
    kind: z.literal('msk'),
    cluster: z.string(),
    topic: z.string(),
    group: z.string(),
    name,
    partitions,
    queueUrl,
  }),
  z.object({ kind: z.literal('agent'), name, partitions, queueUrl }),
  z.object({
    kind: z.literal('metrics'),
    set: z.string(),
    metrics: metricSetSchema,
    name,
    partitions,
    queueUrl,
  }),
  z.object({
    kind: z.literal('signals'),
    set: z.string(),
    metrics: metricSetSchema,
    name,
    partitions,
    queueUrl,
  }),
]);
const registrationSchema = z.object({
  service: serviceIdSchema,
  mode: z.enum(modes).exclude(['off']),
  policy: policySchema,
  sources: z.array(sourceSchema).max(50),
  conflict: z
    .object({
      mode: z.enum(['auto', 'approve']),
      active: z.array(z.enum(['scale-in', 'scale-out', 'scheduled'])).min(1),
    })
    .exactOptional(),
  upstream: z.array(serviceIdSchema).max(50).exactOptional(),
});
const problemSchema = z.object({ subject: z.string(), received: z.string(), expected: z.string() });

const registrationItemSchema = z.object({
  pk: partition,
  version,
  outbox: z.unknown().optional(),
  content: z.discriminatedUnion('status', [
    z.object({ status: z.literal('managed'), registration: jsonText(registrationSchema) }),
    z.object({ status: z.literal('rejected'), problems: jsonText(z.array(problemSchema).max(200)) }),
    z.object({ status: z.literal('retired') }),
  ]),
});
const registrationHeadSchema = registrationItemSchema.pick({ pk: true, version: true });

/**
 * A registration read back. One that cannot be read, say of another Weir's policy, counts as rejected at its version:
 * nothing is done to the service, and discover, finding that its tags say otherwise, writes it anew.
 * @throws WeirError when even its version cannot be read.
 */
export function readRegistration(item: unknown, warn: Warn): StoredRegistration {
  const parsed = registrationItemSchema.safeParse({ ...(item as Item), content: item });
  if (parsed.success) {
    const { pk: service, version: stored, outbox, content } = parsed.data;
    return { service, version: stored, outbox: readStoredOutbox(service, outbox, warn), ...content };
  }
  const head = registrationHeadSchema.safeParse(item);
  if (!head.success) throw unreadable('registration', item, head.error);
  const wrong = z.prettifyError(parsed.error);
  warn('A registration cannot be read: it is taken as rejected until it is written anew.', {
    service: head.data.pk,
    wrong,
  });
  return {
    service: head.data.pk,
    version: head.data.version,
    outbox: [],
    status: 'rejected',
    problems: [
      {
        subject: 'registration',
        received: wrong.slice(0, 500),
        expected: 'a registration of this version of Weir; discover writes it at its next run',
      },
    ],
  };
}

const sampleItemSchema = z.object({ sample: z.unknown().optional(), [tableSchema.timeToLive]: z.number() });

/** A sample read back; `undefined` where TTL has yet to delete it ("within a few days"), or it cannot be read. */
export function readSample(item: unknown, nowSeconds: number, warn: Warn): Sample | undefined {
  const parsed = sampleItemSchema.safeParse(item);
  if (parsed.success && parsed.data.ttl <= nowSeconds) return undefined;
  const sample = parsed.success ? decodeSample(parsed.data.sample) : undefined;
  if (sample === undefined)
    warn('A sample cannot be read: it is left out of the window.', { item: summaryOf(item) });
  return sample;
}

const modelItemSchema = z.object({ model: z.unknown().optional(), [tableSchema.timeToLive]: z.number() });

/** A model read back; `undefined` where it is too old or cannot be read: learn writes it anew within the hour. */
export function readModel(item: unknown, nowSeconds: number, warn: Warn): LearnedModel | undefined {
  const parsed = modelItemSchema.safeParse(item);
  if (parsed.success && parsed.data.ttl <= nowSeconds) return undefined;
  const decoded = decodeModel(parsed.success ? parsed.data.model : undefined);
  if ('model' in decoded) return decoded.model;
  warn('A learned model cannot be read: it is as if there were none.', {
    item: summaryOf(item),
    wrong: decoded.wrong,
  });
  return undefined;
}

const cursorSchema = z.object({ slotSeconds: z.number() });

export function readCursor(item: unknown): number {
  const parsed = cursorSchema.safeParse(item);
  if (!parsed.success) throw unreadable('cursor of dispatch', item, parsed.error);
  return parsed.data.slotSeconds;
}

/** An outbox was told by the stream when it was written; whoever reads the item later does not need it. */
function readStoredOutbox(service: ServiceId, text: unknown, warn: Warn): readonly WeirEvent[] {
  if (text === undefined) return [];
  const parsed = jsonText(outboxSchema).safeParse(text);
  if (!parsed.success)
    warn('The outbox of an item cannot be read.', { service, wrong: z.prettifyError(parsed.error) });
  return parsed.success ? parsed.data : [];
}

function unreadable(what: string, item: unknown, error: z.ZodError): WeirError {
  return new WeirError(
    `The ${what} in the table cannot be read: ${z.prettifyError(error)}. Received ${summaryOf(item)}. ` +
      'If it was changed by hand, delete the item: Weir writes it anew.',
    { cause: error },
  );
}

/** As much of an item as a message bears. */
export const summaryOf = (item: unknown) => String(JSON.stringify(item)).slice(0, 500);
