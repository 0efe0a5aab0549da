import { describe, expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import { completeSources, type RegisteredSource } from '../../lib/config/registration.ts';

const topic: RegisteredSource = { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders' };
const queue: RegisteredSource = { kind: 'sqs', queue: 'orders' };
const agent: RegisteredSource = { kind: 'agent' };

it.each<[string, RegisteredSource, number | undefined, number | undefined]>([
  ['a topic has what its owner says', topic, 12, 12],
  ['and is unknown where nobody says', topic, undefined, undefined],
  ['a stream knows better', { kind: 'kinesis', stream: 'orders', partitions: 8 }, 12, 8],
  ['agents do not tell', agent, 12, 12],
  ['a queue has none', queue, 12, undefined],
])('partitions: %s', (_, source, given, partitions) => {
  const policy = policySchema.parse(given === undefined ? {} : { partitions: given });
  expect(completeSources([source], policy)).toEqual([{ ...source, ...(partitions && { partitions }) }]);
});

describe('names', () => {
  const policy = policySchema.parse({});

  it('tell several streams apart', () => {
    expect(completeSources([topic, queue, agent], policy)).toEqual([
      { ...topic, name: 'msk/main/orders/orders' },
      { ...queue, name: 'sqs/orders' },
      agent,
    ]);
  });

  it('are not needed of one', () => {
    expect(completeSources([queue, agent], policy)).toEqual([queue, agent]);
  });
});
