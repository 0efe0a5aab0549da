import * as z from 'zod';
import { InputError } from '../contract/weir-error.ts';
import { parseDuration } from './duration.ts';

/** What a person typed: text as it came, or absent. */
export type TypedOptions = Readonly<Record<string, string | boolean | undefined>>;

const number = (text: string) => (/^-?\d{1,15}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : Number.NaN);

/** One sentence says what is right; whatever is wrong with the value gets it. */
const numeric = (schema: z.ZodNumber, expected: string) =>
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

const whole = (minimum: number, maximum: number) =>
  numeric(z.number().int().min(minimum).max(maximum), `a whole number from ${minimum} to ${maximum}`);

const duration = (minimumSeconds: number, maximumSeconds: number, range: string) =>
  z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= minimumSeconds && seconds <= maximumSeconds) return seconds;
    context.addIssue({ code: 'custom', message: `a time ${range}, e.g. 90s, 10m, 24h or 5d` });
    return z.NEVER;
  });

const day = 86_400;

const optionsSchema = z.object({
  port: whole(0, 65_535).default(8787),
  trace: z.string().min(1, { error: 'the path of a CSV file' }).optional(),
  from: duration(0, 400 * day, 'from 0s to 400d').default(0),
  for: duration(600, 400 * day, 'from 10m to 400d').optional(),
  peakTasks: numeric(z.number().min(0.1).max(1000), 'a number from 0.1 to 1000').default(20),
  workload: z.enum(['day', 'burst'], { error: 'day or burst' }).default('day'),
  seed: whole(0, 2 ** 32 - 1).default(1),
  speed: numeric(z.number().min(1).max(100_000), 'a number from 1 to 100000').default(900),
  lagObjective: duration(5, day, 'from 5s to 24h').default(60),
  cpuTarget: numeric(z.number().min(1).max(100), 'a number from 1 to 100').default(85),
  headless: z.boolean().default(false),
  json: z.boolean().default(false),
});

/** What `weir demo` is to do; all times in seconds. */
export type DemoOptions = Readonly<z.output<typeof optionsSchema>>;

const flag = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Checks what was typed. @throws InputError naming the first option that is wrong, what it was, what would be right. */
export function readDemoOptions(typed: TypedOptions): DemoOptions {
  const parsed = optionsSchema.safeParse(typed);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? '');
    throw new InputError(`${flag(name)} is ${JSON.stringify(typed[name])}: expected ${issue?.message}`, {
      cause: parsed.error,
    });
  }
  if (typed['trace'] !== undefined && typed['workload'] !== undefined) {
    throw new InputError(
      '--trace and --workload are both given: give one of them, the load comes from one place',
    );
  }
  if (parsed.data.json && !parsed.data.headless) {
    throw new InputError('--json prints the figures of a run without a page: add --headless');
  }
  return parsed.data;
}
