import { expect, it } from 'vitest';
import { classifyAwsError, describeAwsError, isNamed } from '../../lib/adapters/aws-error.ts';

const error = (name: string, httpStatusCode?: number, more: object = {}) =>
  Object.assign(new Error('why'), { name, $metadata: { httpStatusCode }, ...more });

it.each([
  // The name tells, whatever the status: CloudWatch, ECS, SQS, DynamoDB.
  ['throttled', error('Throttling', 400)],
  ['throttled', error('ThrottlingException', 400)],
  ['throttled', error('RequestThrottled', 403)],
  ['throttled', error('ProvisionedThroughputExceededException', 400)],
  ['throttled', error('Whatever', 429)],
  ['throttled', error('Whatever', 503, { $retryable: { throttling: true } })],
  ['forbidden', error('AccessDeniedException', 400)],
  ['forbidden', error('AccessDenied', 403)],
  ['forbidden', error('UnrecognizedClientException', 400)],
  ['forbidden', error('ExpiredTokenException', 400)],
  ['forbidden', error('Whatever', 401)],
  ['rejected', error('InvalidParameterException', 400)],
  ['rejected', error('ValidationException', 400)],
  ['unavailable', error('RequestTimeout', 408)],
  ['unavailable', error('ServerException', 500)],
  ['unavailable', error('ServiceUnavailable', 503)],
  ['unavailable', error('TimeoutError')],
  ['unavailable', new Error('socket hang up')],
  ['unavailable', 'no error at all'],
])('%s is what %o comes to', (failure, thrown) => {
  expect(classifyAwsError(thrown)).toBe(failure);
});

it('isNamed', () => {
  expect(isNamed(error('ClusterNotFoundException'), 'Other', 'ClusterNotFoundException')).toBe(true);
  expect(isNamed(error('ClusterNotFound'), 'ClusterNotFoundException')).toBe(false);
  expect(isNamed({ name: 'ClusterNotFoundException' }, 'ClusterNotFoundException')).toBe(false);
});

it('describeAwsError is bounded', () => {
  expect(describeAwsError(error('ServerException'))).toBe('ServerException: why');
  expect(describeAwsError('out of luck')).toBe('out of luck');
  expect(describeAwsError(new Error('x'.repeat(10_000)))).toHaveLength(500);
});
