import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryTickQueue } from '../../lib/adapters/memory/tick-queue.ts';
import { createTickQueue } from '../../lib/adapters/sqs.ts';
import { noon } from './fixtures.ts';
import { tickQueueContract } from './tick-queue.ts';

tickQueueContract('in memory', () => {
  const clock = createManualClock(noon);
  const queue = createMemoryTickQueue(clock);
  return { queue, receive: queue.receive, advance: clock.advance };
});

tickQueueContract('SQS, played', () => {
  const client = new SQSClient({ region: 'eu-central-1' });
  let now = noon;
  let waiting: { body: string; dueSeconds: number }[] = [];
  mockClient(client)
    .on(SendMessageBatchCommand)
    .callsFake(({ Entries }) => {
      if (Entries.length === 0 || Entries.length > 10) throw new Error('1 to 10 entries');
      for (const { MessageBody, DelaySeconds } of Entries) {
        waiting.push({ body: MessageBody, dueSeconds: now + DelaySeconds });
      }
      return { Successful: Entries.map((it: { Id: string }) => ({ Id: it.Id })) };
    });
  return {
    queue: createTickQueue(client, 'https://sqs.eu-central-1.amazonaws.com/111122223333/ticks'),
    advance: (seconds) => {
      now += seconds;
    },
    receive: () => {
      const due = waiting.filter((it) => it.dueSeconds <= now);
      waiting = waiting.filter((it) => it.dueSeconds > now);
      return due;
    },
  };
});
