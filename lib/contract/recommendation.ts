import * as z from 'zod';

/** Advice to people. `immediate` now, `short_term` this week, `long_term` in the design of the service. */
export const horizons = ['immediate', 'short_term', 'long_term'] as const;
export type Horizon = (typeof horizons)[number];

export const recommendationSchema = z.object({
  horizon: z.enum(horizons).describe('now, this week, or in the design of the service'),
  topic: z.string().max(100).describe('what the advice is about; the same advice has the same topic'),
  advice: z.string().max(500).describe('one sentence, to a person'),
  evidence: z.record(z.string(), z.number()).describe('the numbers it rests on'),
});
export type Recommendation = Readonly<z.infer<typeof recommendationSchema>>;
