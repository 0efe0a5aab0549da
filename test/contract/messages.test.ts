import { describe, expect, it } from 'vitest';
import { tickMessageSchema } from '../../lib/contract/messages.ts';

const message = { slotSeconds: 1_795_780_800, services: ['main/orders', 'main/refunds'] };

describe('a message of ticks', () => {
  it('is read as it was sent', () => {
    expect(tickMessageSchema.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it.each([
    ['no services', { ...message, services: [] }],
    ['too many services', { ...message, services: Array(101).fill('main/orders') }],
    ['a service that is none', { ...message, services: ['orders'] }],
    ['half a second', { ...message, slotSeconds: 0.5 }],
    ['a slot before time', { ...message, slotSeconds: -60 }],
    ['a slot that is text', { ...message, slotSeconds: '1795780800' }],
    ['more than is asked for', { ...message, urgent: true }],
    ['a list', [message]],
    ['nothing', null],
  ])('with %s is refused', (_, wrong) => {
    expect(tickMessageSchema.safeParse(wrong).success).toBe(false);
  });
});
