/** The tags that Weir reads on an ECS service. Every policy field has one more, in config/policy.ts. */
export const managedTag = 'weir:managed';
export const policyTag = 'weir:policy';
export const sourceTag = 'weir:source';
/** Services whose output this one reads. */
export const upstreamTag = 'weir:upstream';
export const tagPrefix = 'weir:';

/**
 * What Weir may do with a service. `auto` scales it; `approve` and `recommend` decide, explain and publish, and
 * leave the desired count alone; `off` takes it out of Weir's hands.
 */
export const modes = ['auto', 'approve', 'recommend', 'off'] as const;
export type Mode = (typeof modes)[number];

/** Values of `weir:managed` for which the role of evaluate may call UpdateService. */
export const updatableTagValues = ['auto', 'true', 'approve'] as const;
