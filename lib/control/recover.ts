import { type LoopState, recordChange } from '../core/loop-state.ts';
import type { InFlight } from './ports.ts';
import { type EventDraft, renderApplied, renderFailed } from './render-events.ts';

/** What became of a decision whose evaluator did not live to tell. */
export type Recovered = { readonly loop: LoopState; readonly told: EventDraft };

/**
 * A decision in flight, found after its lease has run out, is never sent again: what ECS has now says what became of
 * it. The decided count → applied; the count of before → void, and this tick decides afresh; any other → somebody else
 * has moved it, which `decide` sees for itself, because the loop state keeps the count of before.
 */
export function recover(inFlight: InFlight, desiredTasks: number, loop: LoopState): Recovered {
  const { from, to, atSeconds } = inFlight;
  if (desiredTasks === to) {
    return {
      loop: recordChange(loop, { atSeconds, from, to, by: 'weir' }),
      told: renderApplied(inFlight, 'observation'),
    };
  }
  const told =
    desiredTasks === from
      ? renderFailed(
          inFlight,
          'not-taken',
          `ECS still has ${from} tasks: the call was not sent, or it was lost.`,
        )
      : renderFailed(
          inFlight,
          'overtaken',
          `ECS has ${desiredTasks} tasks: neither the ${from} of before nor the ${to} decided.`,
        );
  return { loop, told };
}

/** The service itself is no more, so no count of it is. */
export function recoverGone(inFlight: InFlight, loop: LoopState): Recovered {
  return {
    loop,
    told: renderFailed(inFlight, 'service-gone', 'The service was gone before the change was seen.'),
  };
}
