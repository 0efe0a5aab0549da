import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { PartialItemFailureResponse } from '@aws-lambda-powertools/batch/types';
import type { AttributeValue, Context, DynamoDBRecord, SQSRecord } from 'aws-lambda';
import type { Telemetry } from '../control/ports.ts';

/** A Lambda handler. The event is from outside: what is done with it checks it. */
export type Handler<R> = (event: unknown, context?: Context) => Promise<R>;

type BatchHandler = Handler<PartialItemFailureResponse>;

/**
 * Runs `process` for each message of an SQS event, side by side. A message whose processing is rejected, and no other,
 * is handed back to the queue. @throws UnexpectedBatchTypeError when the event has no records.
 */
export function sqsHandler(
  process: (body: string, record: SQSRecord) => Promise<void>,
  telemetry?: Pick<Telemetry, 'error'>,
): BatchHandler {
  return batchHandler<SQSRecord>(
    EventType.SQS,
    (record) => process(record.body, record),
    (cause, record) => telemetry?.error('A message failed.', cause, { messageId: record.messageId }),
  );
}

/**
 * Runs `process` for each item that a DynamoDB stream event says was written, side by side, with the attributes as
 * plain values. After a failure Lambda comes again from the first failed record on, so what follows it may be
 * processed twice. Deleted items have nothing to tell and are passed over.
 */
export function streamHandler(
  process: (newImage: Readonly<Record<string, unknown>>, record: DynamoDBRecord) => Promise<void>,
  telemetry?: Pick<Telemetry, 'error'>,
): BatchHandler {
  return batchHandler<DynamoDBRecord>(
    EventType.DynamoDBStreams,
    async (record) => {
      const image = record.dynamodb?.NewImage;
      if (image !== undefined) await process(plainImage(image), record);
    },
    (cause, record) => telemetry?.error('A stream record failed.', cause, { eventId: record.eventID }),
  );
}

function batchHandler<T>(
  type: typeof EventType.SQS | typeof EventType.DynamoDBStreams,
  process: (record: T) => Promise<void>,
  failed: (cause: unknown, record: T) => void,
): BatchHandler {
  return async (event, context) => {
    const processRecord = async (record: T) => {
      try {
        await process(record);
      } catch (error) {
        failed(error, record);
        throw error;
      }
    };
    // A processor holds the state of its batch, and the local run has several batches at once: a new one for each.
    return processPartialResponse(event as never, processRecord, new BatchProcessor(type), {
      ...(context && { context }),
      // A batch that failed whole is answered like any other; the failures are told one by one.
      throwOnFullBatchFailure: false,
    });
  };
}

/** Weir's items hold strings and numbers only. Anything else stays as it came, for the reader's schema to refuse. */
function plainImage(image: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(image).map(([name, value]) => [
      name,
      value.S ?? (value.N === undefined ? value : Number(value.N)),
    ]),
  );
}

/**
 * A handler that is built at its first event and kept. If building fails, say for a missing variable, that event fails
 * with the reason and the next one tries again.
 */
export function lazily<R>(create: () => Handler<R>): Handler<R> {
  let handler: Handler<R> | undefined;
  return async (event, context) => {
    handler ??= create();
    return handler(event, context);
  };
}
