import { formatSource, type Source } from '../config/source.ts';
import type { Scenario } from './scenario.ts';

/** A topic of Amazon MSK, as one group of consumers reads it. */
export type KafkaSource = {
  readonly kind: 'msk';
  readonly cluster: string;
  readonly topic: string;
  readonly group: string;
};

/** Where the records of a simulated service come from. */
export type SimulatedSource = Source | KafkaSource;

export function sourceOf(kind: Scenario['source']): SimulatedSource {
  if (kind === 'kinesis') return { kind, stream: 'orders' };
  if (kind === 'sqs') return { kind, queue: 'orders' };
  return { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders' };
}

/** As the tag `weir:source` names it. */
export function tagOf(source: SimulatedSource): string {
  return source.kind === 'msk'
    ? `msk/${source.cluster}/${source.topic}/${source.group}`
    : formatSource(source);
}
