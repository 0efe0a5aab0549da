import type { Clock, TickQueue } from '../../control/ports.ts';

/** As the stack sets it: a tick that waited longer is worth nothing. Counted from the send, the delay included. */
const retentionSeconds = 300;

export type MemoryTickQueue = TickQueue & {
  /** Takes the messages whose delay has passed, in the order in which they became due. */
  receive(): readonly { readonly body: string }[];
};

export function createMemoryTickQueue(clock: Clock): MemoryTickQueue {
  let waiting: { readonly body: string; readonly sentSeconds: number; readonly dueSeconds: number }[] = [];
  return {
    send: async (messages) => {
      const sentSeconds = clock.nowSeconds();
      for (const { message, delaySeconds } of messages) {
        waiting.push({ body: JSON.stringify(message), sentSeconds, dueSeconds: sentSeconds + delaySeconds });
      }
    },
    receive: () => {
      const now = clock.nowSeconds();
      const kept = waiting.filter((it) => now - it.sentSeconds < retentionSeconds);
      waiting = kept.filter((it) => it.dueSeconds > now);
      return kept
        .filter((it) => it.dueSeconds <= now)
        .sort((a, b) => a.dueSeconds - b.dueSeconds)
        .map(({ body }) => ({ body }));
    },
  };
}
