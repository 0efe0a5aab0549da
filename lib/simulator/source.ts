import type { StreamSource } from '../config/source.ts';
import type { Scenario } from './scenario.ts';

/** Where the records of a simulated service come from. */
export function sourceOf(kind: Scenario['source'], name: string): StreamSource {
  if (kind === 'kinesis') return { kind, stream: name };
  if (kind === 'sqs') return { kind, queue: name };
  return { kind: 'msk', cluster: 'main', topic: name, group: name };
}
