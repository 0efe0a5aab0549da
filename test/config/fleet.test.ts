import { describe, expect, it } from 'vitest';
import { parseFleet } from '../../lib/config/fleet.ts';
import { ConfigurationError } from '../../lib/contract/weir-error.ts';

const complaintOf = (input: unknown): string => {
  try {
    parseFleet(input);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('the fleet configuration was taken');
};

describe('a fleet configuration', () => {
  it('may name no policy at all', () => {
    expect(parseFleet({})).toEqual({ policies: {} });
  });

  it('keeps of a policy what it says, and fills in nothing', () => {
    const policies = { patient: { lagObjectiveSeconds: 600 }, 'night-shift_2': { maxTasks: 4, minTasks: 0 } };
    expect(parseFleet({ policies })).toEqual({ policies });
  });

  it('may use names that every object has something at', () => {
    const { policies } = parseFleet({ policies: { constructor: { maxTasks: 4 } } });
    expect(Object.entries(policies)).toEqual([['constructor', { maxTasks: 4 }]]);
  });

  it.each([
    [
      { policies: { patient: { minTasks: '2' } } },
      'policies.patient.minTasks: expected a whole number from 0 to 5000 (tasks); received "2"',
    ],
    [
      { policies: { patient: { maxTasks: 1e9 } } },
      'policies.patient.maxTasks: expected a whole number from 1 to 5000 (tasks); received 1000000000',
    ],
    [
      { policies: { patient: { lagObjectiveSeconds: Number.NaN } } },
      'policies.patient.lagObjectiveSeconds: expected a number from 5 to 86400 (s); received NaN',
    ],
    [
      { policies: { patient: { minTasks: null } } },
      'policies.patient.minTasks: expected a whole number from 0 to 5000 (tasks); received null',
    ],
    [
      { policies: { patient: { evaluationSeconds: 45 } } },
      'policies.patient.evaluationSeconds: expected 10, 20, 30, 60, 120 or 300 (s); received 45',
    ],
    [
      { policies: { patient: { minTask: 2 } } },
      /policies\.patient\.minTask: expected one of minTasks, .*; received 2/,
    ],
    [
      { policies: { patient: 5 } },
      'policies.patient: expected an object: fields of a policy, e.g. { maxTasks: 40 }; received 5',
    ],
    [{ policies: [] }, 'policies: expected an object: policies by name; received []'],
    [{ polices: {} }, 'polices: expected one of policies, sources as the name; received {}'],
    [
      null,
      '(whole): expected an object: { policies: { NAME: { … } }, sources: { NAME: { … } } }; received null',
    ],
    ['x'.repeat(500), /received "x{99}…$/],
    [
      { policies: { 'very patient': {} } },
      'policies.very patient: expected a name of 1 to 64 letters, digits, - or _, that begins with a letter or digit; received "very patient"',
    ],
    [{ policies: { '': {} } }, /expected a name of 1 to 64 letters/],
    [{ policies: { ['p'.repeat(65)]: {} } }, /expected a name of 1 to 64 letters/],
    [
      { policies: { patient: { minTasks: 30, maxTasks: 10 } } },
      'policies.patient.minTasks, policies.patient.maxTasks: expected policies.patient.minTasks of at most policies.patient.maxTasks; received policies.patient.minTasks=30, policies.patient.maxTasks=10',
    ],
  ])('%j is refused by field, with what it was and what would be right', (input, words) => {
    expect(complaintOf(input)).toMatch(words);
  });

  it('is told everything that is wrong with it', () => {
    const wrongFields = { a: { minTasks: -1, maxTasks: 0 }, b: { p95TargetMs: 0 } };
    expect(complaintOf({ policies: wrongFields }).split('\n')).toHaveLength(4);
    const brokenRules = { a: { minTasks: 30 }, b: { scaleInThreshold: 0.7 } };
    expect(complaintOf({ policies: brokenRules }).split('\n')).toHaveLength(3);
  });

  it('must fit the environment of a function', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`policy${index}`, { maxTasks: 40 }]));
    expect(Object.keys(parseFleet({ policies: many(80) }).policies)).toHaveLength(80);
    expect(complaintOf({ policies: many(130) })).toMatch(
      /\(whole\): expected at most 3072 bytes .*; received 3\d{3} bytes/,
    );
  });
});

describe('sources of metrics', () => {
  const backlogRecords = { namespace: 'AWS/AmazonMQ', metricName: 'QueueSize', statistic: 'Maximum' };
  const arrivalsPerSecond = { namespace: 'AWS/AmazonMQ', metricName: 'EnqueueCount', statistic: 'Sum' };
  const p95Ms = {
    namespace: 'AWS/ApplicationELB',
    metricName: 'TargetResponseTime',
    dimensions: { LoadBalancer: 'app/main/1', Service: '{cluster}/{service}' },
    statistic: 'p95',
    multiplyBy: 1000,
  };

  it('are kept as they are written', () => {
    const sources = { broker: { backlogRecords, arrivalsPerSecond }, latency: { p95Ms } };
    expect(parseFleet({ sources })).toEqual({ policies: {}, sources });
  });

  it.each<[object, string | RegExp]>([
    [
      { broker: { backlogRecords } },
      'sources.broker: expected arrivalsPerSecond and one of backlogRecords and lagSeconds together, or none of the three; received backlogRecords',
    ],
    [
      { broker: { arrivalsPerSecond, p95Ms } },
      /sources\.broker: expected arrivalsPerSecond and one .*; received arrivalsPerSecond, p95Ms/,
    ],
    [{ broker: {} }, 'sources.broker: expected at least one metric; received nothing'],
    [
      { broker: 7 },
      'sources.broker: expected an object: metrics by what they mean, e.g. { backlogRecords: { … } }; received 7',
    ],
    [
      { broker: { depth: p95Ms } },
      /sources\.broker\.depth: expected one of arrivalsPerSecond, .* as the name/,
    ],
    [
      { broker: { p95Ms: { ...p95Ms, period: 60 } } },
      'sources.broker.p95Ms.period: expected one of namespace, metricName, dimensions, statistic, multiplyBy as the name; received 60',
    ],
    [
      { broker: { p95Ms: { ...p95Ms, statistic: 'Mean' } } },
      'sources.broker.p95Ms.statistic: expected Average, Sum, Maximum, Minimum, SampleCount or a percentile, e.g. p95; received "Mean"',
    ],
    [
      { broker: { p95Ms: { ...p95Ms, namespace: undefined } } },
      'sources.broker.p95Ms.namespace: expected a namespace of CloudWatch, e.g. AWS/AmazonMQ; received nothing',
    ],
    [
      { broker: { p95Ms: { ...p95Ms, multiplyBy: 0 } } },
      'sources.broker.p95Ms.multiplyBy: expected a number above 0, up to 1e9; received 0',
    ],
    [
      { broker: { p95Ms: { ...p95Ms, dimensions: { Queue: '{queue}' } } } },
      'sources.broker.p95Ms.dimensions.Queue: expected the value of a dimension, of 1 to 1024 characters, in which {cluster} and {service} alone stand for something; received "{queue}"',
    ],
    [{ broker: { p95Ms: { ...p95Ms, dimensions: { '': 'x' } } } }, /expected the name of a dimension/],
    [{ 'my broker': { p95Ms } }, /sources\.my broker: expected a name of 1 to 64 letters/],
    [[], 'sources: expected an object: sources by name; received []'],
  ])('%j is refused', (sources, words) => {
    expect(complaintOf({ sources })).toMatch(words);
  });
});
