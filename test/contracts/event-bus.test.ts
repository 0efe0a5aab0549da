import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { createEventBus } from '../../lib/adapters/eventbridge.ts';
import { createMemoryEventBus } from '../../lib/adapters/memory/event-bus.ts';
import { type WeirEvent, weirEventSchema } from '../../lib/contract/events.ts';
import { eventBusContract } from './event-bus.ts';

const throttled = {
  kind: 'failed',
  retryable: true,
  code: 'ThrottlingException',
  message: 'Rate exceeded',
} as const;

eventBusContract('in memory', () => {
  const bus = createMemoryEventBus();
  const heard: WeirEvent[] = [];
  bus.subscribe((event) => heard.push(event));
  return { bus, heard, throttleNext: () => bus.failNext(throttled) };
});

eventBusContract('EventBridge, played', () => {
  const client = new EventBridgeClient({ region: 'eu-central-1' });
  const heard: WeirEvent[] = [];
  let failures = 0;
  mockClient(client)
    .on(PutEventsCommand)
    .callsFake(({ Entries }) => {
      if (Entries.length === 0 || Entries.length > 10) throw new Error('1 to 10 entries');
      return {
        Entries: Entries.map(({ DetailType, Detail }: PutEventsRequestEntry) => {
          if (failures > 0) {
            failures -= 1;
            return { ErrorCode: throttled.code, ErrorMessage: throttled.message };
          }
          heard.push(weirEventSchema.parse({ detailType: DetailType, detail: JSON.parse(Detail ?? '') }));
          return { EventId: `event-${heard.length}` };
        }),
      };
    });
  return {
    bus: createEventBus(client, 'weir'),
    heard,
    throttleNext: () => {
      failures += 1;
    },
  };
});
