import type { StreamSource } from '../config/source.ts';
import type { Scenario } from './scenario.ts';

/** Where the records of a simulated service come from. */
export function sourceOf(kind: Scenario['source']): StreamSource {
  if (kind === 'kinesis') return { kind, stream: 'orders' };
  if (kind === 'sqs') return { kind, queue: 'orders' };
  return { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders' };
}
