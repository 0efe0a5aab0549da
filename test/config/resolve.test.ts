import { describe, expect, it } from 'vitest';
import { parseFleet } from '../../lib/config/fleet.ts';
import { policySchema } from '../../lib/config/policy.ts';
import { resolve, type Tags } from '../../lib/config/resolve.ts';
import { sourceSyntax } from '../../lib/config/source.ts';

const metric = { namespace: 'Shop', metricName: 'Any', statistic: 'Sum' };
const fleet = parseFleet({
  policies: { patient: { lagObjectiveSeconds: 600, maxTasks: 40 }, small: { maxTasks: 2 } },
  sources: { broker: { backlogRecords: metric, arrivalsPerSecond: metric }, latency: { p95Ms: metric } },
});
const resolved = (tags: Tags) => resolve({ 'weir:managed': 'auto', ...tags }, fleet);
const problemsOf = (tags: Tags) => {
  const resolution = resolved(tags);
  return resolution.kind === 'rejected' ? resolution.problems : [];
};

describe('weir:managed', () => {
  it.each([
    ['auto', 'auto'],
    ['true', 'auto'],
    ['approve', 'approve'],
    ['recommend', 'recommend'],
  ])('%s is the mode %s', (value, mode) => {
    expect(resolve({ 'weir:managed': value }, fleet)).toEqual({
      kind: 'managed',
      mode,
      policy: policySchema.parse({}),
      sources: [],
    });
  });

  it('off, or no tag, takes the service out of hand, whatever else its tags say', () => {
    expect(resolve({ 'weir:managed': 'off', 'weir:min': 'abc' }, fleet)).toEqual({
      kind: 'unmanaged',
      reason: 'switched-off',
    });
    expect(resolve({ 'weir:min': 'abc' }, fleet)).toEqual({ kind: 'unmanaged', reason: 'tag-removed' });
  });

  // UpdateService is allowed by the tag's value, which IAM compares to the letter: what differs would fail each tick.
  it.each(['', ' ', 'Auto', 'TRUE', ' auto', 'auto ', 'yes', '1', 'false', 'constructor', '__proto__'])(
    '%j is refused',
    (value) => {
      expect(resolve({ 'weir:managed': value }, fleet)).toEqual({
        kind: 'rejected',
        problems: [
          {
            subject: 'weir:managed',
            received: value,
            expected: 'auto, approve, recommend, off or true, in lower case and without blanks',
          },
        ],
      });
    },
  );
});

describe('layers of a policy', () => {
  it.each<[string, Tags, number, number]>([
    ['defaults', {}, 60, 20],
    ['a named policy over the defaults', { 'weir:policy': 'patient' }, 600, 40],
    ['a tag over the named policy', { 'weir:policy': 'patient', 'weir:max': '7' }, 600, 7],
    ['a tag over the defaults', { 'weir:lag-objective': ' 30.5 ' }, 30.5, 20],
  ])('%s', (_, tags, lagObjectiveSeconds, maxTasks) => {
    expect(resolved(tags)).toMatchObject({ kind: 'managed', policy: { lagObjectiveSeconds, maxTasks } });
  });

  it('are checked together: what each admits may not fit', () => {
    expect(problemsOf({ 'weir:policy': 'small' })).toEqual([]);
    expect(problemsOf({ 'weir:min': '5' })).toEqual([]);
    expect(problemsOf({ 'weir:policy': 'small', 'weir:min': '5' })).toEqual([
      {
        subject: 'weir:min, weir:max',
        received: 'weir:min=5, weir:max=2',
        expected: 'weir:min of at most weir:max',
      },
    ]);
  });

  it('leave minus nought as nought', () => {
    expect(resolved({ 'weir:min': '-0' })).toMatchObject({ policy: { minTasks: 0 } });
  });
});

describe('a wrong tag is told with what it was and what would be right', () => {
  const tasks = 'a whole number from 0 to 5000 (tasks)';
  it.each([
    ['weir:min', 'abc', tasks],
    ['weir:min', '-1', tasks],
    ['weir:min', '1e9', tasks],
    ['weir:min', '0x10', tasks],
    ['weir:min', '1.5', tasks],
    ['weir:min', '5001', tasks],
    ['weir:min', '', tasks],
    ['weir:min', 'NaN', tasks],
    ['weir:min', '١', tasks],
    ['weir:min', '1,000', tasks],
    ['weir:lag-objective', '60s', 'a number from 5 to 86400 (s)'],
    ['weir:evaluate-every', '45', '10, 20, 30, 60, 120 or 300 (s)'],
    ['weir:source', 'kinesis/', `${sourceSyntax}, by name and not by ARN or URL`],
    [
      'weir:source',
      'kinesis/a kinesis/a',
      `one to 5 sources, each once, with blanks between: ${sourceSyntax}; beside them or alone, once, the word agent`,
    ],
    [
      'weir:source',
      'metrics/brokr',
      'one of the sources of this deployment: metrics/broker, metrics/latency',
    ],
    [
      'weir:source',
      'metrics/constructor',
      'one of the sources of this deployment: metrics/broker, metrics/latency',
    ],
    ['weir:policy', 'hasty', 'one of the policies of this deployment: patient, small'],
    ['weir:policy', '', 'one of the policies of this deployment: patient, small'],
    ['weir:policy', 'constructor', 'one of the policies of this deployment: patient, small'],
    ['weir:policy', '__proto__', 'one of the policies of this deployment: patient, small'],
  ])('%s=%s', (tag, value, expected) => {
    expect(problemsOf({ [tag]: value })).toEqual([{ subject: tag, received: value, expected }]);
  });

  it.each(['weir:minimum', 'weir:', 'weir:__proto__', 'weir:constructor', 'weir:MIN'])(
    '%s, unknown',
    (tag) => {
      const [problem] = problemsOf({ [tag]: '1' });
      expect(problem).toMatchObject({ subject: tag, received: '1' });
      expect(problem?.expected).toMatch(
        /^a tag that Weir knows: weir:managed, weir:policy, weir:source, weir:upstream, weir:min, /,
      );
    },
  );

  it('is cut when it is long', () => {
    expect(problemsOf({ 'weir:min': '9'.repeat(256) })).toMatchObject([{ received: `${'9'.repeat(100)}…` }]);
  });

  it('says that there are no named policies where there are none', () => {
    const resolution = resolve({ 'weir:managed': 'auto', 'weir:policy': 'patient' }, parseFleet({}));
    expect(resolution).toMatchObject({
      problems: [{ expected: 'no tag: this deployment names no policies' }],
    });
  });

  it('is none of Weir’s when it is somebody else’s', () => {
    expect(resolved({ team: 'orders', 'weirdo:min': 'abc', 'Weir:min': 'abc' }).kind).toBe('managed');
  });
});

describe('agents alone', () => {
  const alone = { 'weir:managed': 'auto', 'weir:source': 'agent' };

  it('are a source', () => {
    expect(resolve(alone, parseFleet({}))).toMatchObject({ kind: 'managed', sources: [{ kind: 'agent' }] });
  });

  it('cannot wake a service that has no task, and a stream beside them can', () => {
    expect(resolve({ ...alone, 'weir:min': '0' }, parseFleet({}))).toMatchObject({
      kind: 'rejected',
      problems: [{ subject: 'weir:min, weir:source', received: 'weir:min=0, weir:source=agent' }],
    });
    const both = { ...alone, 'weir:min': '0', 'weir:source': 'sqs/orders agent' };
    expect(resolve(both, parseFleet({})).kind).toBe('managed');
  });
});

describe('several wrong tags', () => {
  const tags = {
    'weir:min': 'abc',
    'weir:managed': 'yes',
    'weir:source': 'kinesis/',
    'weir:policy': 'hasty',
  };
  const subjects = ['weir:managed', 'weir:policy', 'weir:min', 'weir:source'];

  it('are all told', () => {
    expect(problemsOf(tags).map((it) => it.subject)).toEqual(subjects);
  });

  it('are told in the same order however ECS lists the tags, so that they are news only once', () => {
    const reversed = Object.fromEntries(Object.entries(tags).reverse());
    expect(problemsOf(reversed)).toEqual(problemsOf(tags));
  });
});

describe('weir:upstream', () => {
  it.each<[string, string[]]>([
    ['main/orders', ['main/orders']],
    [' main/orders  other/prices ', ['main/orders', 'other/prices']],
    ['main/orders main/orders', ['main/orders']],
    ['main/a main/b main/c main/d main/e', ['main/a', 'main/b', 'main/c', 'main/d', 'main/e']],
  ])('%j', (value, upstream) => expect(resolved({ 'weir:upstream': value })).toMatchObject({ upstream }));

  it.each([
    '',
    ' ',
    'orders',
    'main/orders,main/prices',
    'main/a main/b main/c main/d main/e main/f',
    'a/b/c',
  ])('%j is refused', (value) => {
    expect(problemsOf({ 'weir:upstream': value })).toEqual([
      {
        subject: 'weir:upstream',
        received: value,
        expected: 'one to 5 services as cluster/service, with blanks between',
      },
    ]);
  });
});

describe('metrics that the deployment names', () => {
  it('go with the service that names them, as what they tell of', () => {
    const set = { metrics: fleet.sources!['broker'] };
    expect(resolved({ 'weir:source': 'metrics/broker metrics/latency' })).toMatchObject({
      sources: [
        { kind: 'metrics', set: 'broker', ...set },
        { kind: 'signals', set: 'latency', metrics: fleet.sources!['latency'] },
      ],
    });
  });

  it('there are none where the deployment names none', () => {
    expect(
      resolve({ 'weir:managed': 'auto', 'weir:source': 'metrics/broker' }, parseFleet({})),
    ).toMatchObject({
      problems: [{ expected: 'another source: this deployment names no metrics' }],
    });
  });

  it('do not wake a service at zero where agents alone could say what waits', () => {
    const tags = { 'weir:min': '0', 'weir:source': 'agent metrics/latency' };
    expect(problemsOf(tags)).toHaveLength(1);
    expect(problemsOf({ ...tags, 'weir:source': 'agent metrics/broker' })).toHaveLength(0);
  });
});
