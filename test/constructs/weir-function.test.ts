import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { type Permission, WeirFunction } from '../../lib/constructs/weir-function.ts';
import { foreignStack } from './synthesize.ts';

const publishWith = (permission: Permission) => () =>
  new WeirFunction(foreignStack(), 'Publish', {
    name: 'publish',
    description: 'publish',
    environment: { EVENT_BUS_NAME: 'weir', DEAD_LETTER_QUEUE_URL: 'https://example.com/letters' },
    memoryMb: 256,
    timeout: Duration.seconds(30),
    logRetention: RetentionDays.ONE_DAY,
    permissions: [permission],
  });

describe('a permission of a function', () => {
  it('has a reason where it has a wildcard', () => {
    const everything = { actions: ['ecs:DescribeServices'], resources: ['*'] };
    expect(publishWith(everything)).toThrow('ecs:DescribeServices on *: say in wildcardBecause why.');
    expect(publishWith({ ...everything, wildcardBecause: 'It only reads.' })).not.toThrow();
  });

  it('has none where it has no wildcard, for it would be about something that is not so', () => {
    const one = {
      actions: ['events:PutEvents'],
      resources: ['arn:aws:events:eu-central-1:1:event-bus/weir'],
    };
    expect(publishWith({ ...one, wildcardBecause: 'Who knows.' })).toThrow('leave wildcardBecause out');
    expect(publishWith(one)).not.toThrow();
  });
});
