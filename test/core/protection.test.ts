import { describe, expect, it } from 'vitest';
import type { Policy } from '../../lib/config/policy.ts';
import { atWork } from '../../lib/core/protection.ts';
import { kinesisContext, mskContext, sqsContext, type Values, windowOf } from '../support/windows.ts';

const asked = (
  protect: Policy['protect'],
  values: Values,
  { context = kinesisContext(), protectedTasks }: { context?: typeof queue; protectedTasks?: number } = {},
) => {
  const observation = protectedTasks === undefined ? {} : { protectedTasks };
  const window = windowOf({ tasks: 10, values, observation, context });
  return atWork(window, { ...context.policy, protect });
};
const queue = sqsContext();
const topic = mskContext();

describe('atWork: tasks that may not be stopped', () => {
  it('the worked number: 8 of 10 protect themselves, and two may go', () => {
    expect(asked('idle', {}, { protectedTasks: 8 })).toBe(8);
  });

  it('none where nothing is asked for', () => {
    expect(asked('off', {}, { protectedTasks: 8 })).toBe(0);
  });

  it('unknown, and not 0, where ECS does not tell', () => {
    expect(asked('idle', {})).toBeUndefined();
  });

  it.each<[string, Values, typeof queue, number]>([
    ['a queue with nothing in it or in flight', { backlogRecords: [0], arrivalsPerSecond: [3] }, queue, 0],
    ['a queue with one message in flight', { backlogRecords: [1], arrivalsPerSecond: [0] }, queue, 10],
    ['a topic that the group has read and committed to its end', { backlogRecords: [0] }, topic, 0],
    [
      'a stream that is read to its end, and nothing arrives',
      { lagSeconds: [0], arrivalsPerSecond: [0] },
      kinesisContext(),
      0,
    ],
    [
      'a stream of which something arrives',
      { lagSeconds: [0], arrivalsPerSecond: [20] },
      kinesisContext(),
      10,
    ],
    ['a stream of which nothing is known', {}, kinesisContext(), 10],
  ])('drained: %s', (_, values, context, expected) => {
    expect(asked('drained', values, { context })).toBe(expected);
  });
});
