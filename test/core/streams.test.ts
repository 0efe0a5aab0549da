import { expect, it } from 'vitest';
import type { RegisteredSource } from '../../lib/config/registration.ts';
import { partitionsOf, streamsOf } from '../../lib/core/streams.ts';
import { kinesis, msk, sqs } from '../control/world.ts';

const agent: RegisteredSource = { kind: 'agent' };
const four: RegisteredSource = { kind: 'kinesis', stream: 'refunds', partitions: 4 };
const untold: RegisteredSource = { kind: 'msk', cluster: 'main', topic: 'orders', group: 'g' };

it.each<[string, readonly RegisteredSource[], number | undefined]>([
  ['the worked number: streams of 8 and 4 shards', [kinesis, four], 12],
  ['a stream and a topic', [kinesis, msk], 16],
  ['one, with agents beside it', [kinesis, { ...agent, partitions: 3 }], 8],
  ['agents alone, of whom the policy says it', [{ ...agent, partitions: 3 }], 3],
  ['a stream and a queue, which has none', [kinesis, sqs], undefined],
  ['a stream and a topic that does not tell', [kinesis, untold], undefined],
  ['no source', [], undefined],
])('partitionsOf: %s', (_, sources, partitions) => {
  expect(partitionsOf(sources)).toBe(partitions);
});

it('streamsOf: agents hold no records', () => {
  expect(streamsOf([kinesis, agent, sqs])).toEqual([kinesis, sqs]);
});
