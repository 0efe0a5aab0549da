import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createDeadLetters, createQueues, createTickQueue, resolveQueue } from '../../lib/adapters/sqs.ts';
import { noon } from '../contracts/fixtures.ts';

const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/111122223333/weir';
const named = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name} it was`), { name, $metadata: { httpStatusCode } });

function createWorld() {
  const client = new SQSClient({ region: 'eu-central-1' });
  return { client, sqs: mockClient(client) };
}

describe('the tick queue', () => {
  const ticks = (count: number, delaySeconds = 0) =>
    Array.from({ length: count }, (_, index) => ({
      message: { slotSeconds: noon + index, services: ['main/orders'] },
      delaySeconds,
    }));

  function createQueueWorld(failing: (id: string, call: number) => boolean) {
    const { client, sqs } = createWorld();
    let call = 0;
    sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }: SendMessageBatchCommandInput) => {
      call += 1;
      const failed = (Id = '') => failing(Id, call);
      return {
        Successful: Entries.filter(({ Id }) => !failed(Id)).map(({ Id }) => ({ Id })),
        Failed: Entries.filter(({ Id }) => failed(Id)).map(({ Id }) => ({
          Id,
          SenderFault: false,
          Code: 'InternalError',
          Message: 'try again',
        })),
      };
    });
    const sent = () =>
      sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input.Entries?.map((it) => it.Id));
    return { sqs, queue: createTickQueue(client, queueUrl), sent };
  }

  it('sends whole seconds of delay, up, and none for what is late', async () => {
    const { sqs, queue } = createQueueWorld(() => false);

    await queue.send([0.2, 59.001, -3, 900].flatMap((delay) => ticks(1, delay)));

    expect(sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input)).toEqual([
      {
        QueueUrl: queueUrl,
        Entries: [1, 60, 0, 900].map((DelaySeconds, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(ticks(1)[0]!.message),
          DelaySeconds,
        })),
      },
    ]);
  });

  it.each([900.5, Number.NaN])('refuses a delay that SQS does not have: %d s', async (delay) => {
    const { queue, sent } = createQueueWorld(() => false);

    await expect(queue.send(ticks(1, delay))).rejects.toThrow(`A tick was to wait ${delay} s`);

    expect(sent()).toEqual([]);
  });

  it('sends again the messages of a batch that failed, and no other', async () => {
    const { queue, sent } = createQueueWorld((id, call) => call === 1 && ['1', '2'].includes(id));

    await queue.send(ticks(4));

    expect(sent()).toEqual([
      ['0', '1', '2', '3'],
      ['1', '2'],
    ]);
  });

  it('says so when messages are left after three attempts, and has sent the rest', async () => {
    const { queue, sent } = createQueueWorld((id) => id === '3');

    await expect(queue.send(ticks(12))).rejects.toThrow(
      '1 of 2 batches of ticks were not sent whole: WeirError: SendMessageBatch: 1 of 10 messages failed: InternalError try again',
    );

    const first = Array.from({ length: 10 }, (_, index) => String(index));
    expect(sent()).toEqual([first, ['10', '11'], ['3'], ['3']]);
  });

  it('leaves a call that fails as a whole to the retries of the SDK', async () => {
    const { sqs, queue, sent } = createQueueWorld(() => false);
    const cause = named('AccessDenied', 403);
    sqs.on(SendMessageBatchCommand).rejects(cause);

    const sending = queue.send(ticks(1));

    await expect(sending).rejects.toThrow('AccessDenied');
    await expect(sending).rejects.toMatchObject({ cause: { errors: [cause] } });
    expect(sent()).toHaveLength(1);
  });

  it('puts no more bytes into a batch than SQS takes', async () => {
    const { queue, sent } = createQueueWorld(() => false);
    const services = Array.from({ length: 1000 }, (_, index) => `main/${'s'.repeat(240)}${index}`);
    const large = ticks(5).map((it) => ({ ...it, message: { ...it.message, services } }));

    await queue.send(large);

    // Each has 250,000 bytes and a little more: four in 1,048,576.
    expect(sent()).toEqual([['0', '1', '2', '3'], ['4']]);
  });
});

describe('the dead letters', () => {
  const put = async (letter: { body: string; cause: string; from: string }) => {
    const { client, sqs } = createWorld();
    sqs.on(SendMessageCommand).resolves({});
    await createDeadLetters(client, queueUrl).put(letter);
    return sqs.commandCalls(SendMessageCommand)[0]!.args[0].input;
  };
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });

  it('keep the body as it is, its cause and where it comes from beside it', async () => {
    expect(await put({ body: '{"é": "🐟"}', cause: 'not a tick', from: 'evaluate' })).toEqual({
      QueueUrl: queueUrl,
      MessageBody: '{"é": "🐟"}',
      MessageAttributes: { cause: text('not a tick'), from: text('evaluate') },
    });
  });

  it('take what SQS would refuse for a character', async () => {
    const { MessageBody, MessageAttributes } = await put({
      body: 'a\u0000b\uFFFFc\uD83D',
      cause: `${'x'.repeat(999)}🐟`,
      from: '',
    });

    expect(MessageBody).toBe('a?b?c?');
    expect(MessageAttributes).toEqual({ cause: text(`${'x'.repeat(999)}?`), from: text('unknown') });
  });

  it.each([
    ['ASCII', 'x'],
    ['three bytes a character', '€'],
    ['four bytes a character', '🐟'],
  ])('keep the beginning of what is larger than a message may be: %s', async (_, character) => {
    const body = character.repeat(Math.ceil(1_100_000 / Buffer.byteLength(character)));

    const { MessageBody = '', MessageAttributes = {} } = await put({ body, cause: 'why', from: 'publish' });

    const attributes = Object.entries(MessageAttributes).map(
      ([name, { DataType, StringValue }]) => `${name}${DataType}${StringValue}`,
    );
    const bytes = Buffer.byteLength(MessageBody + attributes.join(''));
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    expect(bytes).toBeGreaterThan(1_048_000);
    expect(body.startsWith(MessageBody.slice(0, -2))).toBe(true);
    expect(MessageAttributes['cutFromBytes']).toEqual({
      DataType: 'Number',
      StringValue: String(Buffer.byteLength(body)),
    });
  });
});

describe('the depth of a queue', () => {
  it('takes one call for three numbers', async () => {
    const { client, sqs } = createWorld();
    const AttributeNames = ['', 'NotVisible', 'Delayed'].map(
      (it) => `ApproximateNumberOfMessages${it}` as const,
    );
    sqs.on(GetQueueAttributesCommand).resolves({
      Attributes: Object.fromEntries(AttributeNames.map((name, index) => [name, String(index)])),
    });

    expect(await createQueues(client).depth(queueUrl)).toEqual({
      kind: 'read',
      visible: 0,
      inFlight: 1,
      delayed: 2,
    });
    expect(sqs.commandCalls(GetQueueAttributesCommand).map(({ args }) => args[0].input)).toEqual([
      { QueueUrl: queueUrl, AttributeNames },
    ]);
  });

  it.each([
    ['throttled', named('RequestThrottled', 403)],
    ['forbidden', named('AccessDenied', 403)],
    ['error', named('QueueDoesNotExist', 400)],
    ['error', named('InternalError', 500)],
  ])('is unknown when the call fails: %s', async (cause, error) => {
    const { client, sqs } = createWorld();
    sqs.on(GetQueueAttributesCommand).rejects(error);

    expect(await createQueues(client).depth(queueUrl)).toMatchObject({ kind: 'failed', cause });
  });

  it.each([
    [{}],
    [{ ApproximateNumberOfMessages: '12', ApproximateNumberOfMessagesNotVisible: '3' }],
    [
      {
        ApproximateNumberOfMessages: 'NaN',
        ApproximateNumberOfMessagesNotVisible: '3',
        ApproximateNumberOfMessagesDelayed: '0',
      },
    ],
  ])('is unknown, not none, where numbers are missing: %j', async (Attributes) => {
    const { client, sqs } = createWorld();
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes });

    expect(await createQueues(client).depth(queueUrl)).toMatchObject({ kind: 'failed', cause: 'error' });
  });
});

describe('a queue that a tag names', () => {
  it('which Weir may not see is a problem of that tag', async () => {
    const { client, sqs } = createWorld();
    sqs.on(GetQueueUrlCommand).rejects(named('AccessDeniedException', 400));

    expect(await resolveQueue(client, { kind: 'sqs', queue: 'jobs' })).toEqual({
      problem: {
        subject: 'weir:source',
        received: 'sqs/jobs',
        expected: 'a queue that Weir may look at: sqs:GetQueueUrl was denied',
      },
    });
  });

  it.each(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'])(
    'is not there by either name of the error: %s',
    async (name) => {
      const { client, sqs } = createWorld();
      sqs.on(GetQueueUrlCommand).rejects(named(name, 400));

      expect(await resolveQueue(client, { kind: 'sqs', queue: 'jobs' })).toHaveProperty('problem');
    },
  );

  it('is not judged while SQS does not answer', async () => {
    const { client, sqs } = createWorld();
    const cause = named('RequestThrottled', 403);
    sqs.on(GetQueueUrlCommand).rejects(cause);

    await expect(resolveQueue(client, { kind: 'sqs', queue: 'jobs' })).rejects.toMatchObject({
      message: 'GetQueueUrl of jobs failed: RequestThrottled: RequestThrottled it was',
      cause,
    });
  });
});
