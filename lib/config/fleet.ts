import { z } from 'zod';
import { ConfigurationError } from '../contract/weir-error.ts';
import { policySchema } from './policy.ts';
import { policyProblems } from './policy-rules.ts';

// A partial policy, and no default filled in: what a named policy leaves out must stay open for the layer below.
const overridesSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(policySchema.shape).map(([name, schema]) => [
      name,
      (schema instanceof z.ZodDefault ? schema.unwrap() : schema).optional(),
    ]),
  ),
);

const fleetSchema = z.strictObject({
  policies: z
    .record(
      z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, - or _'),
      overridesSchema,
    )
    .default({})
    .describe('policies by name, each only with what differs from the defaults; weir:policy names one'),
});

/** What one deployment of Weir is configured with, beside the tags on the services. */
export type Fleet = { readonly policies: Readonly<Record<string, Readonly<Record<string, number>>>> };

/**
 * Checks a fleet configuration. @throws ConfigurationError that names each field, what it was, and what would be
 * right. Synth runs it, so a wrong configuration never reaches an account.
 */
export function parseFleet(input: unknown): Fleet {
  const parsed = fleetSchema.safeParse(input);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const path = issue.path.join('.') || '(whole)';
      return `  ${path}: ${issue.message}; received ${JSON.stringify(valueAt(input, issue.path)) ?? 'nothing'}`;
    });
    throw new ConfigurationError(`The fleet configuration is wrong:\n${lines.join('\n')}`, {
      cause: parsed.error,
    });
  }
  const fleet = parsed.data as Fleet;
  for (const [name, overrides] of Object.entries(fleet.policies)) {
    const problems = policyProblems(policySchema.parse(overrides));
    if (problems.length > 0) {
      const lines = problems.map(
        (it) => `  policies.${name}: ${it.subject}: expected ${it.expected}; received ${it.received}`,
      );
      throw new ConfigurationError(`The fleet configuration is wrong:\n${lines.join('\n')}`);
    }
  }
  return fleet;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}
