import * as z from 'zod';
import { InputError } from '../contract/weir-error.ts';
import { numeric, playOptions, readOptions, type TypedOptions, tracePath, whole } from './options.ts';

const optionsSchema = z.object({
  ...playOptions,
  port: whole(0, 65_535).default(8787),
  trace: tracePath.optional(),
  workload: z.enum(['day', 'burst'], { error: 'day or burst' }).default('day'),
  speed: numeric(z.number().min(1).max(100_000), 'a number from 1 to 100000').default(900),
  cpuTarget: numeric(z.number().min(1).max(100), 'a number from 1 to 100').default(85),
  mode: z.enum(['auto', 'approve', 'recommend'], { error: 'auto, approve or recommend' }).default('auto'),
  headless: z.boolean().default(false),
});

/** What `weir demo` is to do; all times in seconds. */
export type DemoOptions = Readonly<z.output<typeof optionsSchema>>;

/** Checks what was typed. @throws InputError naming the first option that is wrong, what it was, what would be right. */
export function readDemoOptions(typed: TypedOptions): DemoOptions {
  const options = readOptions(optionsSchema, typed);
  if (typed['trace'] !== undefined && typed['workload'] !== undefined) {
    throw new InputError(
      '--trace and --workload are both given: give one of them, the load comes from one place',
    );
  }
  if (options.json && !options.headless) {
    throw new InputError('--json prints the figures of a run without a page: add --headless');
  }
  return options;
}
