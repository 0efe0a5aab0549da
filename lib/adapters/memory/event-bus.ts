import type { WeirEvent } from '../../contract/events.ts';
import type { EventBus, PutResult } from '../../control/ports.ts';

export type MemoryEventBus = EventBus & {
  /** Hears every event that the bus accepts, at once and in order. */
  subscribe(listener: (event: WeirEvent) => void): void;
  /** The next `events` events are not accepted, and this is what is said of them. */
  failNext(failure: Extract<PutResult, { kind: 'failed' }>, events?: number): void;
};

export function createMemoryEventBus(): MemoryEventBus {
  const listeners: ((event: WeirEvent) => void)[] = [];
  const failures: PutResult[] = [];
  return {
    put: async (events) =>
      events.map((event): PutResult => {
        const failure = failures.shift();
        if (failure !== undefined) return failure;
        for (const listener of listeners) listener(event);
        return { kind: 'accepted' };
      }),
    subscribe: (listener) => {
      listeners.push(listener);
    },
    failNext: (failure, events = 1) => {
      for (let count = 0; count < events; count++) failures.push(failure);
    },
  };
}
