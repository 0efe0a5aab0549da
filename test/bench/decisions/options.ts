import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { InputError } from '../../../lib/contract/weir-error.ts';
import { scenarioNames } from '../../../lib/simulator/scenarios/named.ts';
import { benchScalers, type Job } from './play.ts';

export const usage = `Usage: npm run bench:decisions -- --traces DIR [options]

Plays the eventful days of each trace in each scenario, once for each scaler.

  --traces DIR      every .csv in it, with the columns timestamp_s,rate
  --scenarios a,b   of ${scenarioNames.join(', ')} (all)
  --scalers a,b     of ${benchScalers.join(', ')} (all)
  --days N          of each trace (7)
  --seed N          the same seed gives the same numbers (1)
  --threads N       the results are the same with any number (one for each core)
  --json FILE       each run's figures, as a JSON array
  --out DIR         where benchmarks.md and its pictures go (docs, when all scenarios and scalers are played)
`;

const list = (names: readonly string[]) =>
  z
    .string()
    .transform((text) => text.split(',').map((it) => it.trim()))
    .pipe(z.array(z.enum(names)))
    .default([...names]);

const optionsSchema = z.object({
  traces: z.string('a directory'),
  scenarios: list(scenarioNames),
  scalers: list(benchScalers),
  days: z.coerce.number().positive().max(400).default(7),
  seed: z.coerce.number().int().min(0).max(0xffffffff).default(1),
  threads: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  json: z.string().optional(),
  out: z.string().optional(),
});

export type Options = z.output<typeof optionsSchema>;

/** @throws InputError that names the option, what it was, and what would be right. */
export function readOptions(args: readonly string[]): Options {
  const typed = readArgs(args);
  const parsed = optionsSchema.safeParse(typed);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  throw new InputError(`--${name} is ${JSON.stringify(typed[name])}: ${issue?.message}\n\n${usage}`);
}

function readArgs(args: readonly string[]): Readonly<Record<string, string | undefined>> {
  const names = Object.keys(optionsSchema.shape);
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new InputError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, { cause });
  }
}

/** Whether everything is played that there is: only that belongs into the project's documents. */
export function isWhole({ scenarios, scalers }: Options): boolean {
  return scenarios.length === scenarioNames.length && scalers.length === benchScalers.length;
}

/** Every scaler in every scenario on every trace of the directory, by name. @throws InputError when there is none. */
export function jobsFor({ traces: directory, scenarios, scalers, days, seed }: Options): Job[] {
  const traces = tracesIn(directory);
  return scenarios.flatMap((scenario) =>
    traces.flatMap((trace) =>
      scalers.map((scaler) => ({
        directory,
        trace,
        scenario: scenario as Job['scenario'],
        scaler,
        days,
        seed,
      })),
    ),
  );
}

function tracesIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((it) => it.endsWith('.csv'));
    if (names.length > 0) return names.map((it) => it.slice(0, -'.csv'.length)).sort();
  } catch (cause) {
    throw new InputError(`--traces ${directory} cannot be read: give a directory with .csv files`, { cause });
  }
  throw new InputError(`--traces ${directory} has no .csv file: give a directory with traces`);
}
