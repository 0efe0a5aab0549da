import { expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import { completeSource, type RegisteredSource } from '../../lib/config/registration.ts';

const topic: RegisteredSource = { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders' };

it.each<[string, RegisteredSource, number | undefined, number | undefined]>([
  ['a topic has what its owner says', topic, 12, 12],
  ['and is unknown where nobody says', topic, undefined, undefined],
  ['a stream knows better', { kind: 'kinesis', stream: 'orders', partitions: 8 }, 12, 8],
  ['agents do not tell', { kind: 'agent' }, 12, 12],
  ['a queue has none', { kind: 'sqs', queue: 'orders' }, 12, undefined],
])('partitions: %s', (_, source, given, partitions) => {
  const policy = policySchema.parse(given === undefined ? {} : { partitions: given });
  expect(completeSource(source, policy)).toEqual({ ...source, ...(partitions && { partitions }) });
});
