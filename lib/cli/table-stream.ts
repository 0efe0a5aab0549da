import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

/** Weir's items hold strings and numbers only. */
const putSchema = z.object({
  Item: z.record(z.string(), z.union([z.object({ S: z.string() }), z.object({ N: z.string() })])),
});
type Image = z.infer<typeof putSchema>['Item'];

/** What a DynamoDB stream with new images tells of one write, as Lambda receives it. */
export type StreamRecord = {
  readonly eventID: string;
  readonly eventName: 'MODIFY';
  readonly eventSource: 'aws:dynamodb';
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly NewImage: Readonly<Image>;
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
      if (context['commandName'] !== 'PutItemCommand') return result;
      // The request as it is sent: plain values are attribute values by then.
      const { body } = args.request as { readonly body: string | Uint8Array };
      const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
      const { Item: item } = putSchema.parse(JSON.parse(text));
      if (item['outbox'] !== undefined) {
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
    { step: 'build', name: 'tableStream', priority: 'low' },
  );
  return {
    take: () => {
      const taken = records;
      records = [];
      return taken;
    },
  };
}
