import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import pRetry from 'p-retry';
import * as z from 'zod';
import type { Source } from '../config/source.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { DeadLetters, QueueDepth, Queues, Sources, TickQueue } from '../control/ports.ts';
import { classifyAwsError, describeAwsError, isNamed } from './aws-error.ts';
import { inBatches } from './batches.ts';
import { sourceForbidden, sourceNotFound } from './source-problem.ts';

/**
 * Of one message and of all messages of a batch together, attributes included; ten messages a batch, delays of up to
 * 15 minutes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const maximumBytes = 1_048_576;
const messagesPerBatch = 10;
const maximumDelaySeconds = 900;

/** How often a batch is sent before dispatch hears that it failed. */
const attempts = 3;

const attributeNames = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;
const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const depthSchema = z.object({
  ApproximateNumberOfMessages: wholeNumber,
  ApproximateNumberOfMessagesNotVisible: wholeNumber,
  ApproximateNumberOfMessagesDelayed: wholeNumber,
});

// Both names are in use: the JSON protocol's and the one of the query protocol before it.
const missingQueue = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'] as const;

/** The URL of a queue of this account and Region. @throws WeirError when SQS does not answer. */
export async function resolveQueue(
  client: SQSClient,
  source: Extract<Source, { kind: 'sqs' }>,
): ReturnType<Sources['resolve']> {
  try {
    const answer = await client.send(new GetQueueUrlCommand({ QueueName: source.queue }));
    return { source: { ...source, queueUrl: z.url().max(2000).parse(answer.QueueUrl) } };
  } catch (error) {
    if (isNamed(error, ...missingQueue)) return { problem: sourceNotFound(source) };
    if (classifyAwsError(error) === 'forbidden')
      return { problem: sourceForbidden(source, 'sqs:GetQueueUrl') };
    throw new WeirError(`GetQueueUrl of ${source.queue} failed: ${describeAwsError(error)}`, {
      cause: error,
    });
  }
}

export function createQueues(client: SQSClient): Queues {
  return {
    depth: async (queueUrl): Promise<QueueDepth> => {
      try {
        const answer = await client.send(
          new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...attributeNames] }),
        );
        const depth = depthSchema.parse(answer.Attributes);
        return {
          kind: 'read',
          visible: depth.ApproximateNumberOfMessages,
          inFlight: depth.ApproximateNumberOfMessagesNotVisible,
          delayed: depth.ApproximateNumberOfMessagesDelayed,
        };
      } catch (error) {
        const failure = classifyAwsError(error);
        const cause = failure === 'throttled' || failure === 'forbidden' ? failure : 'error';
        return { kind: 'failed', cause, message: describeAwsError(error) };
      }
    },
  };
}

export function createTickQueue(client: SQSClient, queueUrl: string): TickQueue {
  const sendBatch = async (entries: readonly SendMessageBatchRequestEntry[]) => {
    let unsent = entries;
    await pRetry(
      async () => {
        const answer = await client.send(
          new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...unsent] }),
        );
        // What is not said to have been sent was not. A message sent twice is one tick: (service, slot) tells.
        const sent = new Set(answer.Successful?.map((it) => it.Id));
        unsent = unsent.filter((entry) => !sent.has(entry.Id));
        if (unsent.length > 0)
          throw new WeirError(failedEntries(unsent.length, entries.length, answer.Failed));
      },
      // A call that fails as a whole has had the SDK's retries: only single failed entries are retried here.
      { retries: attempts - 1, minTimeout: 100, shouldRetry: ({ error }) => error instanceof WeirError },
    );
  };
  return {
    send: async (messages) => {
      const entries = messages.map(({ message, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(message),
        DelaySeconds: wholeDelay(delaySeconds),
      }));
      const batches = inBatches(
        entries,
        messagesPerBatch,
        (it) => Buffer.byteLength(it.MessageBody),
        maximumBytes,
      );
      // One batch that fails must not keep the others from being sent.
      const outcomes = await Promise.allSettled(batches.map(sendBatch));
      const failed = outcomes.filter((it) => it.status === 'rejected');
      if (failed.length > 0) {
        throw new WeirError(
          `${failed.length} of ${batches.length} batches of ticks were not sent whole: ${describeAwsError(failed[0]?.reason)}`,
          { cause: new AggregateError(failed.map((it) => it.reason)) },
        );
      }
    },
  };
}

function failedEntries(
  failed: number,
  all: number,
  entries: readonly { Code?: string | undefined; Message?: string | undefined }[] = [],
): string {
  return `SendMessageBatch: ${failed} of ${all} messages failed: ${entries[0]?.Code} ${entries[0]?.Message ?? ''}`;
}

/** SQS takes whole seconds. Up, so that a tick never comes before its slot; one that is late already goes at once. */
function wholeDelay(seconds: number): number {
  const whole = Math.max(0, Math.ceil(seconds));
  if (!(whole <= maximumDelaySeconds)) {
    throw new RangeError(
      `A tick was to wait ${seconds} s; SQS holds a message back for ${maximumDelaySeconds} s at most.`,
    );
  }
  return whole;
}

/** Keeps a body whole, with its cause and where it comes from as message attributes. */
export function createDeadLetters(client: SQSClient, queueUrl: string): DeadLetters {
  const text = (value: string) => ({
    DataType: 'String',
    StringValue: printable(value.slice(0, 1000)) || 'unknown',
  });
  return {
    put: async ({ body, cause, from }) => {
      const attributes = { cause: text(cause), from: text(from) };
      const room = maximumBytes - Buffer.byteLength(JSON.stringify(attributes));
      const bytes = Buffer.from(body);
      // No item of the table and no message comes near it; if one does, its beginning is better than nothing.
      const cut = bytes.length > room;
      const kept = cut ? bytes.subarray(0, room - 100).toString() : body;
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: printable(kept),
          MessageAttributes: {
            ...attributes,
            ...(cut && { cutFromBytes: { DataType: 'Number', StringValue: String(bytes.length) } }),
          },
        }),
      );
    },
  };
}

/**
 * SQS refuses a message for a single character that XML does not admit, and half an emoji is one: better without it
 * than not kept at all. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '?');
}
