import { KinesisClient } from '@aws-sdk/client-kinesis';
import { inject } from 'vitest';
import {
  createApplicationAutoScalingClient,
  createCloudWatchClient,
  createEcsClient,
  createEcsClientWithoutRetries,
  createEventBridgeClient,
  createSqsClient,
  createTaggingClient,
} from '../../../lib/adapters/clients.ts';
import { createTableClient } from '../../../lib/adapters/table-client.ts';

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
  const sqs = createSqsClient(options);
  return {
    table: createTableClient(options),
    ecs: createEcsClient(options),
    ecsOnce: createEcsClientWithoutRetries(options),
    scaling: createApplicationAutoScalingClient(options),
    tagging: createTaggingClient(options),
    sqs,
    // The client of Kinesis speaks HTTP/2, which moto's server does not: it is lent another's HTTP/1.1.
    kinesis: new KinesisClient({ ...options, requestHandler: sqs.config.requestHandler }),
    eventBridge: createEventBridgeClient(options),
    cloudWatch: createCloudWatchClient(options),
  };
}

export type Aws = ReturnType<typeof createAws>;

let named = 0;
/** A name that no other test has taken: the emulators outlive a test. */
export const unique = (prefix: string) => `${prefix}-${process.pid}-${++named}`;
