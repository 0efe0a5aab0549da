import type { Policy, PolicyField } from './policy.ts';

/** What is wrong with a setting: which one, what it was, what would be right. */
export type Problem = { readonly subject: string; readonly received: string; readonly expected: string };

type Rule = {
  readonly fields: readonly [PolicyField, PolicyField];
  readonly holds: (policy: Policy) => boolean;
  readonly expected: string;
};

/** What must hold between fields; each field by itself is bounded in policy.ts. */
const rules: readonly Rule[] = [
  {
    fields: ['minTasks', 'maxTasks'],
    holds: (policy) => policy.minTasks <= policy.maxTasks,
    expected: 'minTasks of at most maxTasks',
  },
  {
    fields: ['scaleInThreshold', 'scaleOutThreshold'],
    holds: (policy) => policy.scaleInThreshold < policy.scaleOutThreshold,
    expected: 'scaleInThreshold below scaleOutThreshold, or a service would scale both ways at once',
  },
  {
    fields: ['scaleInThreshold', 'scaleOutThreshold'],
    // After a scale-in by the whole step the factor grows by 1/(1 − step); if that alone passes the scale-out
    // threshold, every scale-in is followed by a scale-out. E.g. 0.5 / (1 − 0.3) = 0.71 < 0.8 is calm.
    holds: (policy) => policy.scaleInThreshold / (1 - policy.scaleInStep) <= policy.scaleOutThreshold,
    expected: 'scaleInThreshold ÷ (1 − scaleInStep) of at most scaleOutThreshold, or each scale-in is undone',
  },
  {
    fields: ['metricsMissingSeconds', 'evaluationSeconds'],
    holds: (policy) => policy.metricsMissingSeconds >= policy.evaluationSeconds,
    expected: 'metricsMissingSeconds of at least evaluationSeconds',
  },
];

/** The cross-field rules that a policy breaks. */
export function policyProblems(policy: Policy): Problem[] {
  return rules
    .filter((rule) => !rule.holds(policy))
    .map((rule) => ({
      subject: rule.fields.join(', '),
      received: rule.fields.map((name) => `${name}=${policy[name]}`).join(', '),
      expected: rule.expected,
    }));
}
