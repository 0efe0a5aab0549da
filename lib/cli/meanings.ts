import { describePolicyField, policyFields } from '../config/policy.ts';
import { bottleneckKinds } from '../contract/bottleneck.ts';
import { clamps, evidenceSchema, holdReasons, impactSchema, scaleReasons } from '../contract/decision.ts';

const describedIn = (shape: Readonly<Record<string, { readonly description?: string | undefined }>>) =>
  Object.fromEntries(Object.entries(shape).map(([name, { description }]) => [name, description ?? name]));

/** What reason codes, clamps, bottlenecks, numbers and policy fields mean, by name, as the contract says it. */
export const meanings: Readonly<Record<string, string>> = {
  ...describedIn(evidenceSchema.shape),
  ...describedIn(impactSchema.shape),
  ...Object.fromEntries(policyFields.map((name) => [name, describePolicyField(name).description])),
  ...scaleReasons,
  ...holdReasons,
  ...clamps,
  ...bottleneckKinds,
};
