import { describe, expect, it } from 'vitest';
import {
  describePolicyField,
  expectedOf,
  policyFieldByTag,
  policyFields,
  policySchema,
} from '../../lib/config/policy.ts';

describe('the policy schema', () => {
  it('has a default for every field but those that are off, or not known, unless set', () => {
    const policy = policySchema.parse({});
    expect(policyFields.filter((field) => policy[field] === undefined)).toEqual([
      'partitions',
      'cooldownSeconds',
      'stabilizationSeconds',
      'throughputTargetPerTask',
    ]);
    expect(policy).toMatchObject({
      minTasks: 1,
      maxTasks: 20,
      lagObjectiveSeconds: 60,
    });
  });

  it.each([
    ['minTasks', 0, 5000],
    ['maxTasks', 1, 5000],
    ['lagObjectiveSeconds', 5, 86_400],
    ['scaleInConfidence', 0, 1],
    ['scaleInStep', 0.01, 0.9],
  ] as const)('bounds %s by %d and %d, both included', (field, lowest, highest) => {
    const admits = (value: number) => policySchema.shape[field].safeParse(value).success;
    expect([lowest, highest].map(admits)).toEqual([true, true]);
    expect([lowest - 0.001, highest + 0.001, Number.NaN, Number.POSITIVE_INFINITY].map(admits)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('admits only cadences that divide into slots', () => {
    const { evaluationSeconds } = policySchema.shape;
    expect([10, 20, 30, 60, 120, 300].map((it) => evaluationSeconds.safeParse(it).success)).not.toContain(
      false,
    );
    expect([0, 15, 45, 600].map((it) => evaluationSeconds.safeParse(it).success)).not.toContain(true);
  });

  it('refuses a field that it does not have', () => {
    expect(policySchema.safeParse({ minTask: 1 }).success).toBe(false);
  });
});

describe('what a field is called and may be', () => {
  it('is known of every field, and no two share a tag', () => {
    for (const field of policyFields) {
      const { tag, unit, description } = describePolicyField(field);
      expect(tag).toMatch(/^weir:[a-z0-9-]{2,30}$/);
      expect(unit).not.toBe('');
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(policyFieldByTag.get(tag)).toBe(field);
    }
    expect(policyFieldByTag.size).toBe(policyFields.length);
  });

  it.each([
    ['minTasks', 'a whole number from 0 to 5000 (tasks)'],
    ['scaleInConfidence', 'a number from 0 to 1 (share)'],
    ['throughputTargetPerTask', 'a number from 0.001 to 10000000 (records/s)'],
    ['evaluationSeconds', '10, 20, 30, 60, 120 or 300 (s)'],
  ] as const)('%s: %s', (field, words) => {
    expect(expectedOf(field)).toBe(words);
  });
});
