import { describe, expect, it } from 'vitest';
import { type TickMessage, tickMessageSchema } from '../../lib/contract/messages.ts';
import type { TickQueue } from '../../lib/control/ports.ts';
import { noon } from './fixtures.ts';

/** A queue to test against. Its clock is at noon. */
export type TickQueueWorld = {
  readonly queue: TickQueue;
  advance(seconds: number): void;
  /** Takes what is there to be received. */
  receive(): readonly { readonly body: string }[];
};

const tick = (slotSeconds: number, services = ['main/orders']): TickMessage => ({ slotSeconds, services });

export function tickQueueContract(name: string, create: () => TickQueueWorld) {
  describe(`TickQueue: ${name}`, () => {
    const received = (world: TickQueueWorld) =>
      world.receive().map(({ body }) => tickMessageSchema.parse(JSON.parse(body)));

    it('delivers a message whole, once', async () => {
      const world = create();
      await world.queue.send([{ message: tick(noon, ['main/orders', 'main/payments']), delaySeconds: 0 }]);

      expect(received(world)).toEqual([tick(noon, ['main/orders', 'main/payments'])]);
      expect(received(world)).toEqual([]);
    });

    it('holds each message back for its delay', async () => {
      const world = create();
      await world.queue.send([
        { message: tick(noon + 60), delaySeconds: 60 },
        { message: tick(noon), delaySeconds: 0 },
        { message: tick(noon + 10), delaySeconds: 10 },
      ]);

      expect(received(world)).toEqual([tick(noon)]);
      world.advance(10);
      expect(received(world)).toEqual([tick(noon + 10)]);
      world.advance(49);
      expect(received(world)).toEqual([]);
      world.advance(1);
      expect(received(world)).toEqual([tick(noon + 60)]);
    });

    it('takes more messages than one request holds', async () => {
      const world = create();
      const messages = Array.from({ length: 23 }, (_, index) => ({
        message: tick(noon + index),
        delaySeconds: 0,
      }));

      await world.queue.send(messages);

      const slots = received(world).map((it) => it.slotSeconds);
      expect(slots.sort()).toEqual(messages.map((it) => it.message.slotSeconds));
    });

    it('takes no messages at all', async () => {
      const world = create();

      await world.queue.send([]);

      expect(received(world)).toEqual([]);
    });
  });
}
