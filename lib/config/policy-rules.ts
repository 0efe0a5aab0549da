import type { Policy, PolicyField } from './policy.ts';

/** What is wrong with a setting: which one, what it was, what would be right. */
export type Problem = { readonly subject: string; readonly received: string; readonly expected: string };

type Rule = {
  readonly fields: readonly PolicyField[];
  readonly holds: (policy: Policy) => boolean;
  /** What would be right, given the names under which the person knows the fields. */
  readonly expected: (...names: string[]) => string;
};

// 0.56 / (1 − 0.3) is 0.8000000000000001 to a computer, and no more than 0.8 to whoever wrote it.
const roundingError = 1e-9;

/** What must hold between fields; each field by itself is bounded in policy.ts. */
const rules: readonly Rule[] = [
  {
    fields: ['minTasks', 'maxTasks'],
    holds: (policy) => policy.minTasks <= policy.maxTasks,
    expected: (min, max) => `${min} of at most ${max}`,
  },
  {
    fields: ['scaleInThreshold', 'scaleOutThreshold'],
    holds: (policy) => policy.scaleInThreshold < policy.scaleOutThreshold,
    expected: (lower, upper) => `${lower} below ${upper}, or a service would scale both ways at once`,
  },
  {
    fields: ['scaleInThreshold', 'scaleInStep', 'scaleOutThreshold'],
    // After a scale-in by the whole step the factor grows by 1/(1 − step); if that alone passes the scale-out
    // threshold, every scale-in is followed by a scale-out. E.g. 0.5 / (1 − 0.3) = 0.71 < 0.8 is calm.
    holds: (policy) =>
      policy.scaleInThreshold / (1 - policy.scaleInStep) <= policy.scaleOutThreshold + roundingError,
    expected: (lower, step, upper) =>
      `${lower} ÷ (1 − ${step}) of at most ${upper}, or each scale-in is undone by a scale-out`,
  },
  {
    fields: ['metricsMissingSeconds', 'evaluationSeconds'],
    holds: (policy) => policy.metricsMissingSeconds >= policy.evaluationSeconds,
    expected: (missing, every) => `${missing} of at least ${every}`,
  },
];

/** The cross-field rules that a policy breaks, in the names by which `nameOf` calls the fields. */
export function policyProblems(
  policy: Policy,
  nameOf: (field: PolicyField) => string = (field) => field,
): Problem[] {
  return rules
    .filter((rule) => !rule.holds(policy))
    .map(({ fields, expected }) => ({
      subject: fields.map(nameOf).join(', '),
      received: fields.map((field) => `${nameOf(field)}=${policy[field]}`).join(', '),
      expected: expected(...fields.map(nameOf)),
    }));
}
