import * as z from 'zod';
import { serviceIdSchema } from './service-id.ts';

/**
 * How far ahead each run of dispatch plans. Scheduler fires anywhere within its minute, so that runs are up to two minutes apart;
 * what one run has sent the next leaves out.
 */
export const dispatchHorizonSeconds = 120;

/**
 * Body of one SQS message from dispatch to evaluate: the services that are due at one slot. `slotSeconds` is
 * absolute (epoch seconds, a multiple of the cadence), so that two messages for the same slot are recognisably
 * the same tick.
 */
export const tickMessageSchema = z.strictObject({
  slotSeconds: z.number().int().positive(),
  services: z.array(serviceIdSchema).min(1).max(100),
  /** Of a service, those before it in `services` that are to be evaluated first: what they plan reaches it. */
  after: z.record(serviceIdSchema, z.array(serviceIdSchema).max(5)).optional(),
});
export type TickMessage = z.infer<typeof tickMessageSchema>;

/** One evaluation of one service. */
export type Tick = { readonly service: string; readonly slotSeconds: number };
