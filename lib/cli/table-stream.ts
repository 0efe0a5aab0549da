import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What a DynamoDB stream with new images tells of one write, as Lambda receives it. */
export type StreamRecord = {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY';
  readonly eventSource: 'aws:dynamodb';
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly NewImage: Readonly<Record<string, AttributeValue>>;
  };
};

export type TableStream = {
  /** Takes what has been written since, oldest first. */
  take(): readonly StreamRecord[];
};

/**
 * The embedded table has no stream. This one sees each item that is put through the client, once it is written, and
 * keeps those that the stack's filter lets through: items that carry an outbox.
 */
export function createTableStream(client: DynamoDBDocumentClient): TableStream {
  let records: StreamRecord[] = [];
  let written = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      // By this step the document client has turned plain values into attribute values.
      const { Item: item } = args.input as { readonly Item?: Record<string, AttributeValue> };
      if (context['commandName'] === 'PutItemCommand' && item?.['outbox'] !== undefined) {
        written += 1;
        records.push({
          eventID: `event-${written}`,
          eventName: 'MODIFY',
          eventSource: 'aws:dynamodb',
          dynamodb: { SequenceNumber: String(written).padStart(21, '0'), NewImage: item },
        });
      }
      return result;
    },
    { step: 'serialize', name: 'tableStream', priority: 'high' },
  );
  return {
    take: () => {
      const taken = records;
      records = [];
      return taken;
    },
  };
}
