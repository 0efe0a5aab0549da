import { describe, expect, it } from 'vitest';
import type { WeirEvent } from '../../lib/contract/events.ts';
import type { EventBus } from '../../lib/control/ports.ts';
import { retired } from './fixtures.ts';

/** A bus to test against. */
export type EventBusWorld = {
  readonly bus: EventBus;
  /** What subscribers have heard. */
  readonly heard: readonly WeirEvent[];
  /** The next event fails, and might be taken at another time. */
  throttleNext(): void;
};

export function eventBusContract(name: string, create: () => EventBusWorld) {
  describe(`EventBus: ${name}`, () => {
    const events = (count: number) =>
      Array.from({ length: count }, (_, index) => retired(`main/service-${index}`));

    it('takes any number of events, one result for each, in order', async () => {
      const { bus, heard } = create();

      const results = await bus.put(events(23));

      expect(results).toEqual(events(23).map(() => ({ kind: 'accepted' })));
      expect(heard).toEqual(events(23));
    });

    it('takes no events at all', async () => {
      const { bus, heard } = create();

      expect(await bus.put([])).toEqual([]);
      expect(heard).toEqual([]);
    });

    it('says of each event whether it was taken', async () => {
      const { bus, heard, throttleNext } = create();
      throttleNext();

      const results = await bus.put(events(3));

      expect(results).toMatchObject([
        { kind: 'failed', retryable: true },
        { kind: 'accepted' },
        { kind: 'accepted' },
      ]);
      expect(heard).toEqual(events(3).slice(1));
    });
  });
}
