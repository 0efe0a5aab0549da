import { describe, expect, it } from 'vitest';
import { describePolicyField, type PolicyOverrides, policySchema } from '../../lib/config/policy.ts';
import { policyProblems } from '../../lib/config/policy-rules.ts';

const problemsOf = (overrides: PolicyOverrides) => policyProblems(policySchema.parse(overrides));

describe('rules between the fields of a policy', () => {
  it.each<[string, PolicyOverrides]>([
    ['the defaults', {}],
    ['a fixed count', { minTasks: 7, maxTasks: 7 }],
    ['a step inward that just does not reach the other threshold', { scaleInThreshold: 0.56 }],
    [
      'signals that are missing as soon as one evaluation is',
      {
        metricsMissingSeconds: 300,
        evaluationSeconds: 300,
      },
    ],
  ])('hold for %s', (_, overrides) => {
    expect(problemsOf(overrides)).toEqual([]);
  });

  it.each<[PolicyOverrides, string, string, string]>([
    [{ minTasks: 21 }, 'minTasks, maxTasks', 'minTasks=21, maxTasks=20', 'minTasks of at most maxTasks'],
    [
      { scaleInThreshold: 0.57 },
      'scaleInThreshold, scaleInStep, scaleOutThreshold',
      'scaleInThreshold=0.57, scaleInStep=0.3, scaleOutThreshold=0.8',
      'scaleInThreshold ÷ (1 − scaleInStep) of at most scaleOutThreshold, or each scale-in is undone by a scale-out',
    ],
    [
      { metricsMissingSeconds: 60, evaluationSeconds: 120 },
      'metricsMissingSeconds, evaluationSeconds',
      'metricsMissingSeconds=60, evaluationSeconds=120',
      'metricsMissingSeconds of at least evaluationSeconds',
    ],
  ])('are broken by %j, and say what, what it was and what would be right', (overrides, ...words) => {
    const [subject, received, expected] = words;
    expect(problemsOf(overrides)).toEqual([{ subject, received, expected }]);
  });

  it('are all told at once', () => {
    const problems = problemsOf({ minTasks: 30, scaleInThreshold: 0.9 });
    expect(problems.map((it) => it.subject)).toEqual([
      'minTasks, maxTasks',
      'scaleInThreshold, scaleOutThreshold',
      'scaleInThreshold, scaleInStep, scaleOutThreshold',
    ]);
  });

  it('speak of the fields by the names that the reader knows', () => {
    const policy = policySchema.parse({ minTasks: 30 });
    expect(policyProblems(policy, (field) => describePolicyField(field).tag)).toEqual([
      {
        subject: 'weir:min, weir:max',
        received: 'weir:min=30, weir:max=20',
        expected: 'weir:min of at most weir:max',
      },
    ]);
  });
});
