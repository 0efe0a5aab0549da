import { recordChange } from '../core/loop-state.ts';
import type { Acted } from './act.ts';
import type { StoredState, TickPorts } from './ports.ts';
import { type EventDraft, renderApplied, renderFailed, stateEventId, toOutbox } from './render-events.ts';
import type { ScalingOutcome, TickReport } from './tick-report.ts';

/**
 * The second write of the crash protocol: how the call has ended, its event, and the end of the lease. What the first
 * write told is with the table's stream by now. An unknown outcome writes and tells nothing: the decision stays in
 * flight and the lease runs out, for the call may still be under way.
 */
export async function publish(acted: Acted, { clock, store }: TickPorts): Promise<TickReport> {
  if (acted.kind !== 'sent') return acted;
  const { tick, decision, inFlight, committed } = acted;
  const scaled = { kind: 'scaled', decisionId: inFlight.decisionId, decision, ...tick } as const;
  const ended = outcomeOf(acted);
  if (ended.outcome === 'unknown') return { ...scaled, ...ended };

  const version = committed.version + 1;
  const applied = ended.outcome === 'applied';
  const told: EventDraft = applied
    ? renderApplied(inFlight, 'response')
    : renderFailed(inFlight, ended.cause, ended.message);
  const { from, to, atSeconds } = inFlight;
  const state: StoredState = {
    service: tick.service,
    version,
    outbox: toOutbox([told], tick.service, clock.nowSeconds(), (index) =>
      stateEventId(tick.service, version, index),
    ),
    loop: applied ? recordChange(committed.loop, { atSeconds, from, to, by: 'weir' }) : committed.loop,
  };
  // Lost: the lease had run out and another evaluator has looked at ECS, and told what it saw.
  if ((await store.commitState(state)) === 'conflict') return { kind: 'overtaken', ...tick };
  return { ...scaled, ...ended };
}

function outcomeOf({ outcome }: Extract<Acted, { kind: 'sent' }>): ScalingOutcome {
  switch (outcome.kind) {
    case 'accepted':
      return { outcome: 'applied' };
    case 'refused':
      return { outcome: 'failed', cause: outcome.cause, message: outcome.message };
    case 'not-sent':
      return { outcome: 'failed', cause: 'not-sent', message: outcome.message };
    case 'unknown':
      return { outcome: 'unknown', message: outcome.message };
  }
}
