import { describe, expect, it, vi } from 'vitest';
import { lazily, sqsHandler, streamHandler } from '../../lib/adapters/lambda.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { noon, retired } from '../contracts/fixtures.ts';
import { sequenceNumber, sqsEvent, streamEvent } from '../functions/events.ts';

const item = (service: string) => ({
  pk: `SVC#${service}`,
  sk: 'STATE',
  version: 7,
  leaseUntilSeconds: noon + 0.5,
  outbox: JSON.stringify([retired(service)]),
});

describe('a batch of messages', () => {
  const failing = (bodies: readonly string[]) => {
    const telemetry = createMemoryTelemetry();
    const processed: string[] = [];
    const handler = sqsHandler(async (body) => {
      processed.push(body);
      if (bodies.includes(body)) throw new Error(`${body} failed`);
    }, telemetry);
    return { handler, processed, telemetry };
  };

  it('hands back the messages that failed, and says why each did', async () => {
    const { handler, processed, telemetry } = failing(['b']);
    const event = sqsEvent('a', 'b', 'c');

    const { messageId } = event.Records[1]!;
    expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: messageId }] });

    expect(processed).toEqual(['a', 'b', 'c']);
    expect(telemetry.lines).toEqual([
      { level: 'error', message: 'A message failed.', cause: new Error('b failed'), details: { messageId } },
    ]);
  });

  it('that failed whole is handed back whole, as an answer like any other', async () => {
    const { handler } = failing(['a', 'b']);
    const event = sqsEvent('a', 'b');

    expect(await handler(event)).toEqual({
      batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
  });

  it('remembers nothing of the batch before', async () => {
    const { handler } = failing(['a']);

    const [first, second] = await Promise.all([handler(sqsEvent('a')), handler(sqsEvent('b'))]);

    expect(first.batchItemFailures).toHaveLength(1);
    expect(second).toEqual({ batchItemFailures: [] });
  });

  it.each([[{}], [null], ['{}'], [{ Records: 'none' }]])('is not in %j, which is refused', async (event) => {
    const { handler, processed } = failing([]);

    await expect(handler(event)).rejects.toThrow();

    expect(processed).toEqual([]);
  });
});

describe('a batch of stream records', () => {
  it('gives each written item with plain values', async () => {
    const seen = vi.fn(async () => undefined);

    expect(await streamHandler(seen)(streamEvent(item('main/orders')))).toEqual({ batchItemFailures: [] });

    expect(seen).toHaveBeenCalledExactlyOnceWith(item('main/orders'), expect.anything());
  });

  it('leaves what is neither text nor number for the reader to refuse', async () => {
    const seen = vi.fn(async () => undefined);
    const event = streamEvent(item('main/orders'));
    event.Records[0]!.dynamodb!.NewImage!['outbox'] = { L: [{ S: 'no' }] };

    await streamHandler(seen)(event);

    expect(seen).toHaveBeenCalledWith(
      { ...item('main/orders'), outbox: { L: [{ S: 'no' }] } },
      expect.anything(),
    );
  });

  it('passes over items that were deleted', async () => {
    const seen = vi.fn(async () => undefined);
    const event = streamEvent(item('main/orders'), item('main/payments'));
    const [first] = event.Records;
    first!.eventName = 'REMOVE';
    delete first!.dynamodb!.NewImage;

    expect(await streamHandler(seen)(event)).toEqual({ batchItemFailures: [] });

    expect(seen).toHaveBeenCalledTimes(1);
  });

  it('names the records that failed by their sequence numbers', async () => {
    const telemetry = createMemoryTelemetry();
    const cause = new Error('The bus is closed.');
    const handler = streamHandler(async ({ pk }) => {
      if (pk !== 'SVC#main/b') throw cause;
    }, telemetry);

    const answer = await handler(streamEvent(...['a', 'b', 'c'].map((it) => item(`main/${it}`))));

    expect(answer).toEqual({
      batchItemFailures: [0, 2].map((index) => ({ itemIdentifier: sequenceNumber(index) })),
    });
    expect(telemetry.lines).toMatchObject([
      { cause, details: { eventId: '0' } },
      { details: { eventId: '2' } },
    ]);
  });
});

describe('lazily', () => {
  it('builds the handler at the first event, and keeps it', async () => {
    const create = vi.fn(() => async (event: unknown) => event);
    const handler = lazily(create);
    expect(create).not.toHaveBeenCalled();

    expect([await handler('first'), await handler('second')]).toEqual(['first', 'second']);

    expect(create).toHaveBeenCalledTimes(1);
  });

  it('fails the event with the reason while building fails, and tries again at the next', async () => {
    const handler = lazily(
      vi
        .fn(() => async () => 'built')
        .mockImplementationOnce(() => {
          throw new Error('TABLE_NAME is missing');
        }),
    );

    await expect(handler({})).rejects.toThrow('TABLE_NAME is missing');
    expect(await handler({})).toBe('built');
  });
});
