import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import DataLoader from 'dataloader';
import { eventSource, type WeirEvent } from '../contract/events.ts';
import type { EventBus, PutResult } from '../control/ports.ts';
import { classifyAwsError, describeAwsError } from './aws-error.ts';
import { gather, inBatches } from './batches.ts';

/**
 * PutEvents takes ten entries and less than 1 MB (1,048,576 bytes) of them; a little less is used, since nothing is
 * gained at the edge. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const entriesPerCall = 10;
const maximumBytes = 1_000_000;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
const retryableCodes = new Set(['ThrottlingException', 'InternalFailure', 'InternalException']);

/**
 * A custom bus of EventBridge. Concurrent calls share requests: the records of one stream batch are put together. A
 * bus that does not exist takes everything and keeps nothing, without a word: the stack makes the bus and names it.
 */
export function createEventBus(client: EventBridgeClient, busName: string): EventBus {
  const puts = new DataLoader<WeirEvent, PutResult>((events) => putAll(client, busName, events), {
    cache: false,
    batchScheduleFn: gather,
  });
  return { put: (events) => Promise.all(events.map((event) => puts.load(event))) };
}

async function putAll(
  client: EventBridgeClient,
  busName: string,
  events: readonly WeirEvent[],
): Promise<readonly PutResult[]> {
  const entries = events.map((event) => toEntry(event, busName));
  const batches = inBatches(entries, entriesPerCall, sizeOf, maximumBytes);
  return (await Promise.all(batches.map((batch) => putBatch(client, batch)))).flat();
}

async function putBatch(client: EventBridgeClient, entries: PutEventsRequestEntry[]): Promise<PutResult[]> {
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && sizeOf(only) > maximumBytes) {
    const message = `${only.DetailType} has ${sizeOf(only)} bytes; an event may have ${maximumBytes}.`;
    return [{ kind: 'failed', retryable: false, code: 'EntryTooLarge', message }];
  }
  try {
    const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries: entries }));
    return entries.map((_, index) => toResult(answers[index]));
  } catch (error) {
    const failure = classifyAwsError(error);
    // A request refused for what one entry holds is refused whole: alone, the others get through.
    if (failure === 'rejected' && entries.length > 1) {
      return (await Promise.all(entries.map((entry) => putBatch(client, [entry])))).flat();
    }
    const retryable = failure === 'throttled' || failure === 'unavailable';
    const code = error instanceof Error ? error.name : 'Error';
    return entries.map(() => ({ kind: 'failed', retryable, code, message: describeAwsError(error) }));
  }
}

function toResult(
  answer:
    | { EventId?: string | undefined; ErrorCode?: string | undefined; ErrorMessage?: string | undefined }
    | undefined,
): PutResult {
  if (answer?.EventId !== undefined) return { kind: 'accepted' };
  if (answer?.ErrorCode === undefined) {
    const message = 'PutEvents answered without a word on this event.';
    return { kind: 'failed', retryable: true, code: 'NoAnswer', message };
  }
  const { ErrorCode: code, ErrorMessage: message = '' } = answer;
  return { kind: 'failed', retryable: retryableCodes.has(code), code, message };
}

function toEntry({ detailType, detail }: WeirEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: eventSource,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
    Time: new Date(detail.at),
  };
}

/** As AWS counts it: 14 bytes for the time, and the UTF-8 length of source, detail-type and detail. */
function sizeOf({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return 14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}
