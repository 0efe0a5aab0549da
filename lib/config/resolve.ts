import { type ServiceId, serviceIdSchema } from '../contract/service-id.ts';
import {
  type Mode,
  managedTag,
  modes,
  policyTag,
  sourceTag,
  tagPrefix,
  upstreamTag,
} from '../contract/tags.ts';
import type { Fleet } from './fleet.ts';
import {
  describePolicyField,
  expectedOf,
  type Policy,
  type PolicyField,
  policyFieldByTag,
  policySchema,
} from './policy.ts';
import { type Problem, policyProblems } from './policy-rules.ts';
import { parseSources, type Source } from './source.ts';

export type Tags = Readonly<Record<string, string>>;

/** What the tags of one service ask for. */
export type Resolution =
  | {
      readonly kind: 'managed';
      readonly mode: Exclude<Mode, 'off'>;
      readonly policy: Policy;
      readonly sources: readonly Source[];
      readonly upstream?: readonly ServiceId[];
    }
  | { readonly kind: 'unmanaged'; readonly reason: 'tag-removed' | 'switched-off' }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] };

const received = (value: string) => (value.length > 100 ? `${value.slice(0, 100)}…` : value);

/** `auto`, `approve`, `recommend` or `off`; `true` means auto. As it stands: IAM compares it to the letter. */
function parseMode(value: string): Mode | undefined {
  return value === 'true' ? 'auto' : modes.find((mode) => mode === value);
}

/** A tag's text as a number; anything but a plain decimal number is none. */
function parseNumber(text: string): number | undefined {
  // 1e9 and 0x10 are numbers to JavaScript; in a tag they are mistakes. The sum makes 0 of -0.
  const trimmed = text.trim();
  return /^-?\d{1,12}(\.\d{1,6})?$/.test(trimmed) ? Number(trimmed) + 0 : undefined;
}

/**
 * Resolves one service: defaults < named policy < tags. Every problem is found, not only the first, and each names
 * the tag, what it was and what would be right.
 */
export function resolve(tags: Tags, fleet: Fleet): Resolution {
  const managed = tags[managedTag];
  if (managed === undefined) return { kind: 'unmanaged', reason: 'tag-removed' };
  const mode = parseMode(managed);
  if (mode === 'off') return { kind: 'unmanaged', reason: 'switched-off' };
  const problems: Problem[] = [];
  if (mode === undefined) {
    const expected = `${modes.join(', ')} or true, in lower case and without blanks`;
    problems.push({ subject: managedTag, received: received(managed), expected });
  }
  const named = namedPolicy(tags[policyTag], fleet);
  if ('problem' in named) problems.push(named.problem);

  const overrides: Record<string, number | string> = {};
  const sources: Source[] = [];
  const upstream: ServiceId[] = [];
  // In the order of their names: ECS may list them in another one next time, and the problems stay the same.
  const others = Object.keys(tags).filter((tag) => tag.startsWith(tagPrefix));
  for (const tag of others.sort()) {
    if (tag === managedTag || tag === policyTag) continue;
    const read = readTag(tag, tags[tag] ?? '', fleet);
    if ('problem' in read) problems.push(read.problem);
    else if ('sources' in read) sources.push(...read.sources);
    else if ('upstream' in read) upstream.push(...read.upstream);
    else overrides[read.field] = read.value;
  }

  if (mode === undefined || 'problem' in named || problems.length > 0) return { kind: 'rejected', problems };
  const policy = policySchema.parse({ ...named.overrides, ...overrides });
  const broken = [
    ...policyProblems(policy, (field) => describePolicyField(field).tag),
    ...neverWoken(policy, sources),
  ];
  if (broken.length > 0) return { kind: 'rejected', problems: broken };
  return { kind: 'managed', mode, policy, sources, ...(upstream.length > 0 && { upstream }) };
}

/** Tasks that do not run report nothing: where nothing else does, a service at zero would stay there. */
function neverWoken({ minTasks }: Policy, sources: readonly Source[]): Problem[] {
  const reports = sources.filter((it) => it.kind !== 'signals');
  if (minTasks > 0 || reports.length === 0 || reports.some((it) => it.kind !== 'agent')) return [];
  const { tag } = describePolicyField('minTasks');
  const expected = `${tag} of at least 1 where ${sourceTag} is agent alone: no task, no agent that could say what waits`;
  return [{ subject: `${tag}, ${sourceTag}`, received: `${tag}=${minTasks}, ${sourceTag}=agent`, expected }];
}

function namedPolicy(
  name: string | undefined,
  { policies }: Fleet,
): { readonly overrides: Fleet['policies'][string] } | { readonly problem: Problem } {
  if (name === undefined) return { overrides: {} };
  // An own property: `constructor` is in every object.
  const overrides = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (overrides !== undefined) return { overrides };
  const known = Object.keys(policies);
  const expected =
    known.length === 0
      ? 'no tag: this deployment names no policies'
      : `one of the policies of this deployment: ${known.join(', ')}`;
  return { problem: { subject: policyTag, received: received(name), expected } };
}

/** Each is looked up at each tick. */
const mostUpstream = 5;

/** A service that names itself, or a circle of services, is no mistake that does harm: a plan is a tick old there. */
function parseUpstream(text: string): readonly ServiceId[] | undefined {
  const services = [...new Set(text.trim().split(/\s+/))];
  const valid = services.every((it) => serviceIdSchema.safeParse(it).success);
  return valid && services.length <= mostUpstream ? services : undefined;
}

type ReadTag =
  | { readonly sources: readonly Source[] }
  | { readonly upstream: readonly ServiceId[] }
  | { readonly field: PolicyField; readonly value: number | string }
  | { readonly problem: Problem };

function readTag(tag: string, text: string, { sources: metricSets }: Fleet): ReadTag {
  const problem = (expected: string): ReadTag => ({
    problem: { subject: tag, received: received(text), expected },
  });
  if (tag === sourceTag) {
    const parsed = parseSources(text, metricSets);
    return 'sources' in parsed ? parsed : problem(parsed.expected);
  }
  if (tag === upstreamTag) {
    const upstream = parseUpstream(text);
    return upstream
      ? { upstream }
      : problem(`one to ${mostUpstream} services as cluster/service, with blanks between`);
  }
  const field = policyFieldByTag.get(tag);
  if (field === undefined) {
    const known = [managedTag, policyTag, sourceTag, upstreamTag, ...policyFieldByTag.keys()];
    return problem(`a tag that Weir knows: ${known.join(', ')}`);
  }
  const checked = policySchema.shape[field].safeParse(parseNumber(text) ?? text.trim());
  if (!checked.success || checked.data === undefined) return problem(expectedOf(field));
  return { field, value: checked.data };
}
