import * as z from 'zod';
import type { LearnedModel, Season } from '../core/learned-model.ts';
import { compactJson, jsonText } from './compact-json.ts';

/** Three digits of a ratio: what a median of a few days deserves, and under 2 KB for a week. E.g. 1.23456 → 1.23. */
const shortRatio = (value: number) => Number(value.toPrecision(3));

/** A model as JSON of few bytes. */
export function encodeModel({ season, worstRisesPerSecond, ...rest }: LearnedModel): string {
  return compactJson({
    ...rest,
    ...(worstRisesPerSecond && { worstRisesPerSecond: worstRisesPerSecond.map(shortRatio) }),
    ...(season && {
      season: {
        ...season,
        ratios: season.ratios.map(shortRatio),
        boundRatios: season.boundRatios.map(shortRatio),
        coverage: shortRatio(season.coverage),
        gain: shortRatio(season.gain),
      },
    }),
  });
}

const share = z.number().min(0).max(1);
const ratio = z.number().positive().max(1e6);
const measured = {
  levelSeconds: z.number().positive().max(86_400),
  boundRatios: z.array(z.number().min(0).max(1e6)).length(24),
  horizonSeconds: z.number().min(0).max(86_400),
  coverage: share,
  gain: share,
} satisfies Record<Exclude<keyof Season, 'cycle' | 'ratios'>, z.ZodType>;
/** With a ratio for each slot of its cycle (slotsOf in core/season.ts). */
const seasonSchema = z.discriminatedUnion('cycle', [
  z.object({ cycle: z.literal('day'), ratios: z.array(ratio).length(96), ...measured }),
  z.object({ cycle: z.literal('week'), ratios: z.array(ratio).length(336), ...measured }),
]);

const encodedModelSchema = jsonText(
  z.object({
    format: z.literal(1),
    learnedAtSeconds: z.number(),
    season: seasonSchema.exactOptional(),
    worstRisesPerSecond: z.array(z.number().min(0)).length(24).exactOptional(),
  } satisfies Record<keyof LearnedModel, z.ZodType>),
);

/** The inverse of `encodeModel`; what is wrong, where the text is of another format or not a model at all. */
export function decodeModel(text: unknown): { readonly model: LearnedModel } | { readonly wrong: string } {
  const parsed = encodedModelSchema.safeParse(text);
  return parsed.success ? { model: parsed.data } : { wrong: z.prettifyError(parsed.error) };
}
