import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { handler } from '../../functions/publish/index.ts';
import { type Item, registrationItem } from '../../lib/adapters/table-items.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import { noon, retired } from '../contracts/fixtures.ts';
import { context, environment, sequenceNumber, streamEvent } from './events.ts';

const eventBridge = mockClient(EventBridgeClient);
const sqs = mockClient(SQSClient);

beforeEach(() => {
  eventBridge.reset();
  sqs.reset();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.useFakeTimers({ toFake: ['Date'], now: noon * 1000 });
  sqs.on(SendMessageCommand).resolves({});
});

const told = (service: string, ...outbox: WeirEvent[]): Item =>
  registrationItem({ service, version: 2, outbox, status: 'retired' });
const throttled = { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
const tooOften = [{ EventId: '1' }, throttled];
const puts = () =>
  eventBridge
    .commandCalls(PutEventsCommand)
    .map(({ args }) => args[0].input.Entries?.map(({ Detail = '' }) => JSON.parse(Detail).service));

it('puts the events of a batch on the bus in one call, and again the entry that failed', async () => {
  eventBridge
    .on(PutEventsCommand)
    .resolvesOnce({ FailedEntryCount: 1, Entries: tooOften })
    .resolves({ FailedEntryCount: 0, Entries: [{ EventId: '2' }] });

  const answer = await handler(
    streamEvent(told('prod/a', retired('prod/a')), told('prod/b', retired('prod/b'))),
    context,
  );

  expect(answer).toEqual({ batchItemFailures: [] });
  expect(puts()).toEqual([['prod/a', 'prod/b'], ['prod/b']]);
  expect(eventBridge.commandCalls(PutEventsCommand)[0]!.args[0].input.Entries?.[0]).toMatchObject({
    EventBusName: environment.EVENT_BUS_NAME,
    Source: 'weir',
    DetailType: 'Service Retired',
  });
  expect(sqs.calls()).toEqual([]);
});

it('asks the stream for the record whose event the bus does not take for now, and for no other', async () => {
  eventBridge.on(PutEventsCommand).callsFake(({ Entries }) => ({
    Entries: Entries.map(({ Detail }: { Detail: string }) =>
      Detail.includes('prod/b') ? throttled : { EventId: '1' },
    ),
  }));

  const answer = await handler(
    streamEvent(told('prod/a', retired('prod/a')), told('prod/b', retired('prod/b'))),
    context,
  );

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] });
});

it('keeps whole what cannot be read, and goes on with the rest', async () => {
  eventBridge.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }] });
  const broken = { pk: 'SVC#prod/a', sk: 'STATE', version: 7, outbox: '[{"detailType":"Nothing"}]' };

  const answer = await handler(streamEvent(broken, told('prod/b', retired('prod/b'))), context);

  expect(answer).toEqual({ batchItemFailures: [] });
  expect(puts()).toEqual([['prod/b']]);
  const { QueueUrl, MessageBody, MessageAttributes } = sqs.commandCalls(SendMessageCommand)[0]!.args[0].input;
  expect(QueueUrl).toBe(environment.DEAD_LETTER_QUEUE_URL);
  expect(JSON.parse(MessageBody ?? '')).toEqual(broken);
  expect(MessageAttributes).toMatchObject({ from: { StringValue: 'publish' } });
});
