import * as z from 'zod';
import { ConfigurationError } from './weir-error.ts';

/**
 * The environment of Weir's functions. The stack writes these names and the functions read them: both from here,
 * so that neither is typed twice. One of AWS's own (AWS_REGION and the like) is never among them.
 */
const shapes = {
  TABLE_NAME: z.string().min(3),
  TICK_QUEUE_URL: z.url(),
  DEAD_LETTER_QUEUE_URL: z.url(),
  EVENT_BUS_NAME: z.string().min(1),
  FLEET: z.string().describe('the fleet configuration, JSON: config/fleet.ts'),
} as const;

export type EnvironmentName = keyof typeof shapes;

/** What each function is given, and nothing else. */
export const environmentOf = {
  discover: ['TABLE_NAME', 'FLEET'],
  dispatch: ['TABLE_NAME', 'TICK_QUEUE_URL'],
  evaluate: ['TABLE_NAME', 'DEAD_LETTER_QUEUE_URL'],
  instruct: ['TABLE_NAME', 'DEAD_LETTER_QUEUE_URL'],
  learn: ['TABLE_NAME'],
  observe: ['TABLE_NAME'],
  publish: ['EVENT_BUS_NAME', 'DEAD_LETTER_QUEUE_URL'],
} as const satisfies Record<string, readonly EnvironmentName[]>;

export type FunctionName = keyof typeof environmentOf;
export type EnvironmentOf<F extends FunctionName> = Readonly<
  Record<(typeof environmentOf)[F][number], string>
>;

/** Reads the variables of one function. @throws ConfigurationError naming each one that is missing or malformed. */
export function readEnvironment<F extends FunctionName>(
  name: F,
  environment: Readonly<Record<string, string | undefined>>,
): EnvironmentOf<F> {
  const entries = environmentOf[name].map((variable) => {
    const parsed = shapes[variable].safeParse(environment[variable]);
    if (!parsed.success) {
      throw new ConfigurationError(
        `${variable} of function ${name} is ${JSON.stringify(environment[variable])}: ${z.prettifyError(parsed.error)}. ` +
          'The stack sets it; deploy it again.',
      );
    }
    return [variable, parsed.data] as const;
  });
  return Object.fromEntries(entries) as EnvironmentOf<F>;
}
