import { describePolicyField, expectedOf, policyFields, policySchema } from '../../lib/config/policy.ts';
import { code, table } from './markdown.ts';

/** Every field of a policy: what to write where, what it is without being written, what it may be, what it does. */
export function renderPolicyTable(): string {
  const defaults = policySchema.parse({});
  return table(
    ['field', 'tag', 'default', 'may be', 'is'],
    policyFields.map((field) => {
      const { tag, description } = describePolicyField(field);
      return [code(field), code(tag), String(defaults[field] ?? 'off'), expectedOf(field), description];
    }),
  );
}
