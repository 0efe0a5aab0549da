import * as z from 'zod';
import { InputError } from '../contract/weir-error.ts';
import { parseDuration } from './duration.ts';

/** What a person typed: text as it came, or absent. */
export type TypedOptions = Readonly<Record<string, string | boolean | undefined>>;

const number = (text: string) => (/^-?\d{1,15}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : Number.NaN);

/** One sentence says what is right; whatever is wrong with the value gets it. */
export const numeric = (schema: z.ZodNumber, expected: string) =>
  z
    .string()
    .transform(number)
    .pipe(
      z.number({ error: expected }).check((context) => {
        if (!schema.safeParse(context.value).success) {
          context.issues.push({ code: 'custom', message: expected, input: context.value });
        }
      }),
    );

export const whole = (minimum: number, maximum: number) =>
  numeric(z.number().int().min(minimum).max(maximum), `a whole number from ${minimum} to ${maximum}`);

/** In seconds. */
export const duration = (minimumSeconds: number, maximumSeconds: number, range: string) =>
  z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= minimumSeconds && seconds <= maximumSeconds) return seconds;
    context.addIssue({ code: 'custom', message: `a time ${range}, e.g. 90s, 10m, 24h or 5d` });
    return z.NEVER;
  });

const day = 86_400;

/** What every command asks that plays a load to a simulated service. */
export const playOptions = {
  from: duration(0, 400 * day, 'from 0s to 400d').default(0),
  for: duration(600, 400 * day, 'from 10m to 400d').optional(),
  peakTasks: numeric(z.number().min(0.1).max(1000), 'a number from 0.1 to 1000').default(20),
  seed: whole(0, 2 ** 32 - 1).default(1),
  lagObjective: duration(5, day, 'from 5s to 24h').default(60),
  json: z.boolean().default(false),
};

export const tracePath = z
  .string({ error: 'the path of a CSV file' })
  .min(1, { error: 'the path of a CSV file' });

const flag = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Checks what was typed. @throws InputError naming the first option that is wrong, what it was, what would be right. */
export function readOptions<Schema extends z.ZodObject>(
  schema: Schema,
  typed: TypedOptions,
): z.output<Schema> {
  const parsed = schema.safeParse(typed);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '');
  const received = typed[name] === undefined ? 'missing' : JSON.stringify(typed[name]);
  throw new InputError(`${flag(name)} is ${received}: expected ${issue?.message}`, { cause: parsed.error });
}
