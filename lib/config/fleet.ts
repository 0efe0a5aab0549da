import * as z from 'zod';
import { ConfigurationError } from '../contract/weir-error.ts';
import { type MetricSet, metricSetNames, metricSetProblems, metricSetSchema } from './metric-sets.ts';
import { expectedOf, type PolicyField, policyFields, policySchema } from './policy.ts';
import { type Problem, policyProblems } from './policy-rules.ts';

// A partial policy, and no default filled in: what a named policy leaves out must stay open for the layer below.
const overridesSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(policySchema.shape).map(([name, schema]) => [
      name,
      (schema instanceof z.ZodDefault ? schema.unwrap() : schema).optional(),
    ]),
  ),
);

const policyName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const policyNameExpected = 'a name of 1 to 64 letters, digits, - or _, that begins with a letter or digit';

const fleetSchema = z.strictObject({
  policies: z
    .record(z.string().regex(policyName), overridesSchema)
    .default({})
    .describe('policies by name, each only with what differs from the defaults; weir:policy names one'),
  sources: z
    .record(z.string().regex(policyName), metricSetSchema, { error: 'an object: sources by name' })
    .exactOptional()
    .describe('metrics of CloudWatch by what they mean; metrics/NAME in weir:source names one'),
});

/** What one deployment of Weir is configured with, beside the tags on the services. */
export type Fleet = {
  readonly policies: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Metrics of CloudWatch by the name of the source that they are. */
  readonly sources?: Readonly<Record<string, MetricSet>>;
};

/** All environment variables of a Lambda function together may take 4 KB, and the fleet is one of them. */
const maximumBytes = 3072;

/**
 * Checks a fleet configuration. @throws ConfigurationError that names each field, what it was, and what would be
 * right. Synth runs it, so a wrong configuration never reaches an account.
 */
export function parseFleet(input: unknown): Fleet {
  const parsed = fleetSchema.safeParse(input);
  if (!parsed.success) {
    throw wrong(
      parsed.error.issues.flatMap((issue) => problemsOf(issue, input)),
      parsed.error,
    );
  }
  const fleet = parsed.data as Fleet;
  const broken = [
    ...Object.entries(fleet.policies).flatMap(([name, overrides]) =>
      policyProblems(policySchema.parse(overrides), (field) => `policies.${name}.${field}`),
    ),
    ...Object.entries(fleet.sources ?? {}).flatMap(([name, set]) =>
      metricSetProblems(set, `sources.${name}`),
    ),
  ];
  if (broken.length > 0) throw wrong(broken);
  const bytes = new TextEncoder().encode(JSON.stringify(fleet)).length;
  if (bytes > maximumBytes) {
    const expected = `at most ${maximumBytes} bytes of JSON, which is what fits a function's environment`;
    throw wrong([{ subject: '(whole)', received: `${bytes} bytes`, expected }]);
  }
  return fleet;
}

function wrong(problems: readonly Problem[], cause?: Error): ConfigurationError {
  const lines = problems.map((it) => `  ${it.subject}: expected ${it.expected}; received ${it.received}`);
  return new ConfigurationError(`The fleet configuration is wrong:\n${lines.join('\n')}`, {
    ...(cause && { cause }),
  });
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const value = valueAt(input, issue.path);
  const subject = issue.path.join('.') || '(whole)';
  const depth = issue.path.length;
  if (issue.code === 'unrecognized_keys') {
    const known =
      depth === 0
        ? Object.keys(fleetSchema.shape)
        : issue.path[0] === 'sources'
          ? (metricSetNames[depth - 2] ?? [])
          : policyFields;
    return issue.keys.map((key) => ({
      subject: [...issue.path, key].join('.'),
      received: inWords(valueAt(value, [key])),
      expected: `one of ${known.join(', ')} as the name`,
    }));
  }
  if (issue.code === 'invalid_key' && depth === 2) {
    return [{ subject, received: inWords(issue.path.at(-1)), expected: policyNameExpected }];
  }
  // What is right of a source, its schema says itself.
  if (issue.path[0] === 'sources') {
    const said = issue.code === 'invalid_key' ? issue.issues[0] : issue;
    return [{ subject, received: inWords(value), expected: said?.message ?? issue.message }];
  }
  const expected =
    depth === 3 ? expectedOf(issue.path[2] as PolicyField) : objects[depth as keyof typeof objects];
  return [{ subject, received: inWords(value), expected: expected ?? issue.message }];
}

/** What is right above the fields, by depth. */
const objects = {
  0: 'an object: { policies: { NAME: { … } }, sources: { NAME: { … } } }',
  1: 'an object: policies by name',
  2: 'an object: fields of a policy, e.g. { maxTasks: 40 }',
} as const;

/** A value as a person wrote it; what is long is cut. */
function inWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}
