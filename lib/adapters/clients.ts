import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { SQSClient } from '@aws-sdk/client-sqs';

/**
 * Every client is made here, so that time-outs and retries are said once. Region and credentials come from the
 * environment. A function of its own for each: what a Lambda does not call is not in its bundle.
 *
 * A tick has its minute: a call that has not answered in five seconds is tried again, twice at most, with the SDK's
 * standard back-off and its retry quota, which stops retries when most calls fail.
 */
export const standard = {
  maxAttempts: 3,
  retryMode: 'standard',
  requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
};

/** For tests and the local run: where a service is to be found, and with which credentials. */
export type ClientOptions = {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

export const createApplicationAutoScalingClient = (options: ClientOptions = {}) =>
  new ApplicationAutoScalingClient({ ...standard, ...options });

export const createCloudWatchClient = (options: ClientOptions = {}) =>
  new CloudWatchClient({ ...standard, ...options });

export const createEcsClient = (options: ClientOptions = {}) => new ECSClient({ ...standard, ...options });

/**
 * For UpdateService alone: one attempt. A retry in the SDK could be sent after the lease of the decision is over; the
 * SDK counts attempts by client, not by call, hence a client of its own.
 */
export const createEcsClientWithoutRetries = (options: ClientOptions = {}) =>
  new ECSClient({ ...standard, ...options, maxAttempts: 1 });

export const createEventBridgeClient = (options: ClientOptions = {}) =>
  new EventBridgeClient({ ...standard, ...options });

export const createKinesisClient = (options: ClientOptions = {}) =>
  new KinesisClient({ ...standard, ...options });

export const createSqsClient = (options: ClientOptions = {}) => new SQSClient({ ...standard, ...options });

export const createTaggingClient = (options: ClientOptions = {}) =>
  new ResourceGroupsTaggingAPIClient({ ...standard, ...options });
