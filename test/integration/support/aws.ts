import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { inject } from 'vitest';
import {
  createEcsClient,
  createEcsClientWithoutRetries,
  createEventBridgeClient,
  createKinesisClient,
  createSqsClient,
  createTableClient,
  createTaggingClient,
} from '../../../lib/adapters/clients.ts';

export const emulatorNames = ['moto', 'MiniStack'] as const;
export type EmulatorName = (typeof emulatorNames)[number];

export const region = 'eu-central-1';

/** Clients of an emulator, made as Weir makes them. */
export function createAws(name: EmulatorName) {
  const options = {
    endpoint: inject('emulators')[name],
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return {
    table: createTableClient(options),
    ecs: createEcsClient(options),
    ecsOnce: createEcsClientWithoutRetries(options),
    tagging: createTaggingClient(options),
    sqs: createSqsClient(options),
    kinesis: createKinesisClient(options),
    eventBridge: createEventBridgeClient(options),
    // The emulators speak CloudWatch's older protocol only.
    cloudWatch: new CloudWatchClient({
      ...options,
      protocol: new AwsQueryProtocol({
        defaultNamespace: 'com.amazonaws.cloudwatch',
        xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
        version: '2010-08-01',
      }),
    }),
  };
}

export type Aws = ReturnType<typeof createAws>;

let named = 0;
/** A name that no other test has taken: the emulators outlive a test. */
export const unique = (prefix: string) => `${prefix}-${process.pid}-${++named}`;
