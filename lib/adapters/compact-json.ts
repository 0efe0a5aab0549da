import * as z from 'zod';
import { WeirError } from '../contract/weir-error.ts';

/** From here on a number is a moment: 1e9 s after 1970 was in 2001. */
const momentsFrom = 1e9;

/**
 * A number as the table keeps it: whole numbers as they are, moments to the millisecond, measurements to six
 * significant digits, which is more than any of them deserves and half of what JSON would spend.
 * E.g. 12 → 12, 1764000060.123456 → 1764000060.123, 341.66666666666669 → 341.667, 0.012345678 → 0.0123457.
 */
export function compactNumber(value: number): number {
  if (Number.isInteger(value)) return value;
  if (Math.abs(value) >= momentsFrom) return Math.round(value * 1000) / 1000;
  return Number(value.toPrecision(6));
}

/** JSON of measurements. @throws WeirError on NaN or an infinity, which JSON would turn into null without a word. */
export function compactJson(value: unknown): string {
  return JSON.stringify(value, (key, it: unknown) => {
    if (typeof it !== 'number') return it;
    if (!Number.isFinite(it))
      throw new WeirError(`${key} is ${it}: the table keeps numbers that were measured only.`);
    return compactNumber(it);
  });
}

/** Text of an attribute as the value that a schema describes; longer than DynamoDB admits an item, and it is refused. */
export function jsonText<S extends z.ZodType>(schema: S) {
  return z
    .string()
    .max(400_000)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: `is not JSON: ${String(error)}` });
        return z.NEVER;
      }
    })
    .pipe(schema);
}
