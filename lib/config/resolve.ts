import { type Mode, managedTag, modes, policyTag, sourceTag, tagPrefix } from '../contract/tags.ts';
import type { Fleet } from './fleet.ts';
import { describePolicyField, type Policy, policyFieldByTag, policyFields, policySchema } from './policy.ts';
import { type Problem, policyProblems } from './policy-rules.ts';
import { parseSource, type Source } from './source.ts';

export type Tags = Readonly<Record<string, string>>;

/** What the tags of one service ask for. */
export type Resolution =
  | {
      readonly kind: 'managed';
      readonly mode: Exclude<Mode, 'off'>;
      readonly policy: Policy;
      readonly sources: readonly Source[];
    }
  | { readonly kind: 'unmanaged'; readonly reason: 'tag-removed' | 'switched-off' }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] };

const received = (value: string) => (value.length > 100 ? `${value.slice(0, 100)}…` : value);

/** `auto`, `approve`, `recommend` or `off`; `true` means auto. Case and surrounding blanks do not matter. */
function parseMode(value: string): Mode | undefined {
  const word = value.trim().toLowerCase();
  return word === 'true' ? 'auto' : modes.find((mode) => mode === word);
}

/** A tag's text as the number that a policy field wants; anything but a plain decimal number is none. */
function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  // 1e9 and 0x10 are numbers to JavaScript; in a tag they are mistakes.
  return /^-?\d{1,12}(\.\d{1,6})?$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** The bounds of a policy field in words, from its schema's own complaint. */
function expectation(name: string, tag: string, issues: readonly { readonly message: string }[]): string {
  return `${name} (${tag}): ${issues.map((issue) => issue.message).join('; ')}`;
}

/**
 * Resolves one service: defaults < named policy < tags. Every problem is found, not only the first, and each names
 * the tag, what it was and what would be right.
 */
export function resolve(tags: Tags, fleet: Fleet): Resolution {
  const managed = tags[managedTag];
  if (managed === undefined) return { kind: 'unmanaged', reason: 'tag-removed' };
  const problems: Problem[] = [];
  const mode = parseMode(managed);
  if (mode === 'off') return { kind: 'unmanaged', reason: 'switched-off' };
  if (mode === undefined) {
    problems.push({
      subject: managedTag,
      received: received(managed),
      expected: `${modes.join(', ')} or true`,
    });
  }

  const policyName = tags[policyTag];
  const named = policyName === undefined ? {} : fleet.policies[policyName];
  if (named === undefined) {
    const known = Object.keys(fleet.policies);
    problems.push({
      subject: policyTag,
      received: received(policyName ?? ''),
      expected:
        known.length === 0
          ? 'no tag: this deployment names no policies'
          : `one of the policies of this deployment: ${known.join(', ')}`,
    });
  }

  const overrides: Record<string, number> = {};
  const sources: Source[] = [];
  for (const [tag, text] of Object.entries(tags)) {
    if (!tag.startsWith(tagPrefix) || tag === managedTag || tag === policyTag) continue;
    if (tag === sourceTag) {
      const parsed = parseSource(text);
      if ('problem' in parsed) problems.push({ ...parsed.problem, received: received(text) });
      else sources.push(parsed.source);
      continue;
    }
    const name = policyFieldByTag.get(tag);
    if (name === undefined) {
      problems.push({
        subject: tag,
        received: received(text),
        expected: `a tag that Weir knows: ${[managedTag, policyTag, sourceTag, ...policyFieldByTag.keys()].join(', ')}`,
      });
      continue;
    }
    const value = parseNumber(text);
    const checked = policySchema.shape[name].safeParse(value);
    if (value === undefined) {
      problems.push({
        subject: tag,
        received: received(text),
        expected: `a plain number, in ${describePolicyField(name).unit}`,
      });
    } else if (!checked.success) {
      problems.push({
        subject: tag,
        received: received(text),
        expected: expectation(name, tag, checked.error.issues),
      });
    } else {
      overrides[name] = value;
    }
  }

  if (mode === undefined || problems.length > 0) return { kind: 'rejected', problems };
  const policy = policySchema.parse({ ...named, ...overrides });
  const broken = policyProblems(policy);
  if (broken.length > 0) return { kind: 'rejected', problems: broken };
  return { kind: 'managed', mode, policy, sources };
}

/** The fields in which two policies differ. */
export function changedFields(before: Policy, after: Policy): string[] {
  return policyFields.filter((name) => before[name] !== after[name]);
}
