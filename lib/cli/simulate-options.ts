import * as z from 'zod';
import { scalers } from '../simulator/scalers.ts';
import { scenarioNames } from '../simulator/scenarios/named.ts';
import { playOptions, readOptions, type TypedOptions, tracePath } from './options.ts';

/** More than one run of each would only be the same again. */
const scalerNames = Object.keys(scalers);

const scalerList = z.string().transform((text, context) => {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  if (names.every((name) => scalerNames.includes(name))) return names;
  context.addIssue({
    code: 'custom',
    message: `one or more, with commas between, of ${listed(scalerNames)}`,
  });
  return z.NEVER;
});

const optionsSchema = z.object({
  ...playOptions,
  trace: tracePath,
  scenario: z.enum(scenarioNames, { error: `one of ${listed(scenarioNames)}` }).default('cpu-kinesis'),
  scaler: scalerList.default(['weir']),
  agents: z.boolean().default(false),
});

/** What `weir simulate` is to do; all times in seconds. */
export type SimulateOptions = Readonly<z.output<typeof optionsSchema>>;

/** Checks what was typed. @throws InputError naming the first option that is wrong, what it was, what would be right. */
export function readSimulateOptions(typed: TypedOptions): SimulateOptions {
  return readOptions(optionsSchema, typed);
}

export function listed(names: readonly string[]): string {
  return names.join(', ');
}
