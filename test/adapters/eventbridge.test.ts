import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { createEventBus } from '../../lib/adapters/eventbridge.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import { retired } from '../contracts/fixtures.ts';

const named = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name} it was`), { name, $metadata: { httpStatusCode } });
const events = (count: number) =>
  Array.from({ length: count }, (_, index) => retired(`main/service-${index}`));
/** An event with so many bytes in its id. No event of Weir's comes near a megabyte; the adapter holds all the same. */
const large = (bytes: number): WeirEvent => retired('main/large', 'x'.repeat(bytes));

function createWorld() {
  const client = new EventBridgeClient({ region: 'eu-central-1' });
  const eventBridge = mockClient(client);
  eventBridge.on(PutEventsCommand).callsFake(({ Entries = [] }: PutEventsCommandInput) => ({
    FailedEntryCount: 0,
    Entries: Entries.map((_, index) => ({ EventId: String(index) })),
  }));
  const requests = () =>
    eventBridge.commandCalls(PutEventsCommand).map(({ args }) => args[0].input.Entries ?? []);
  return { eventBridge, bus: createEventBus(client, 'weir'), requests };
}

it('puts what each event is', async () => {
  const { bus, requests } = createWorld();
  const event = retired('main/orders');

  await bus.put([event]);

  expect(requests()).toEqual([
    [
      {
        EventBusName: 'weir',
        Source: 'weir',
        DetailType: 'Service Retired',
        Detail: JSON.stringify(event.detail),
        Time: new Date('2026-11-27T12:00:00Z'),
      },
    ],
  ]);
});

it('puts the events of all that call at about the same time, ten a request', async () => {
  const { bus, requests } = createWorld();

  await Promise.all(events(12).map((event) => bus.put([event])));

  expect(requests().map((entries) => entries.length)).toEqual([10, 2]);
});

it('keeps a request below a megabyte', async () => {
  const { bus, requests } = createWorld();

  const results = await bus.put([large(400_000), large(400_000), large(400_000)]);

  expect(results).toEqual(results.map(() => ({ kind: 'accepted' })));
  expect(requests().map((entries) => entries.length)).toEqual([2, 1]);
});

it('does not send what no request can hold', async () => {
  const { bus, requests } = createWorld();

  const results = await bus.put([retired('main/orders'), large(1_000_001)]);

  expect(results).toMatchObject([
    { kind: 'accepted' },
    { kind: 'failed', retryable: false, code: 'EntryTooLarge' },
  ]);
  expect(requests()).toHaveLength(1);
});

it('says of each entry that failed whether another time may be better', async () => {
  const { eventBridge, bus } = createWorld();
  const failed = (ErrorCode: string) => ({ ErrorCode, ErrorMessage: `${ErrorCode} it was` });
  eventBridge.on(PutEventsCommand).resolves({
    FailedEntryCount: 5,
    Entries: [
      failed('ThrottlingException'),
      failed('InternalFailure'),
      { EventId: '1' },
      failed('MalformedDetail'),
      failed('NotAuthorizedForSourceException'),
      // The sixth is not mentioned.
    ],
  });

  const results = await bus.put(events(6));

  expect(results.map((it) => it.kind === 'failed' && [it.code, it.retryable])).toEqual([
    ['ThrottlingException', true],
    ['InternalFailure', true],
    false,
    ['MalformedDetail', false],
    ['NotAuthorizedForSourceException', false],
    ['NoAnswer', true],
  ]);
});

it.each([
  ['ThrottlingException', 400, true],
  ['InternalException', 500, true],
  ['TimeoutError', undefined as never, true],
  ['AccessDeniedException', 400, false],
])('a call that ends in %s fails for each of its events', async (name, status, retryable) => {
  const { eventBridge, bus, requests } = createWorld();
  eventBridge.on(PutEventsCommand).rejects(named(name, status));

  const results = await bus.put(events(2));

  const failure = { kind: 'failed', retryable, code: name, message: `${name}: ${name} it was` };
  expect(results).toEqual([failure, failure]);
  expect(requests()).toHaveLength(1);
});

it('an event for which a whole request is refused takes no other event down with it', async () => {
  const { eventBridge, bus, requests } = createWorld();
  eventBridge.on(PutEventsCommand).callsFake(({ Entries = [] }: PutEventsCommandInput) => {
    if (Entries.some((it) => it.Detail?.includes('service-1"'))) throw named('ValidationException', 400);
    return { Entries: Entries.map(() => ({ EventId: '1' })) };
  });

  const results = await bus.put(events(3));

  expect(results).toMatchObject([
    { kind: 'accepted' },
    { kind: 'failed', retryable: false, code: 'ValidationException' },
    { kind: 'accepted' },
  ]);
  expect(requests().map((entries) => entries.length)).toEqual([3, 1, 1, 1]);
});
